/**
 * What PlatformIO and the compilers say, read line by line.
 *
 * Owns: recognising sizes, errors, what is being done. Leaves to others: turning them into errors
 * (`build-errors.ts`).
 */
import type { MemoryUse } from './types.js';

export type MemoryKind = 'flash' | 'ram';

/** `main.cpp:12:3: error: …` */
export interface CompilerError {
  readonly where: string;
  readonly what: string;
}

/** By how much a program is larger than a memory. */
export interface Overflow {
  readonly memory: MemoryKind;
  readonly bytes: number;
}

/** Lines of the log that explain a failure where no error of a known form was found. */
const TAIL = 12;
/** How much of a line is looked at: the patterns below are not made for megabytes. */
const LINE_LIMIT = 4096;
const MAX_WARNINGS = 100;
/** What PlatformIO prints beside what it does. */
const CHATTER = /^(?:If you like PlatformIO|- (?:star it on|follow us on|try PlatformIO)|[*=-]{20,}$)/;
/** Of Git, Python's requests and PlatformIO itself. */
const NO_NETWORK =
  /Could not resolve host|[Nn]ame resolution|Name or service not known|Failed to establish a new connection|Failed to connect to|Network is unreachable|InternetConnectionError|internet connection/;

export class BuildLog {
  compiled = 0;
  flash: MemoryUse | undefined;
  ram: MemoryUse | undefined;
  firstError: CompilerError | undefined;
  /** A program that is not installed. */
  missingProgram: string | undefined;
  /** What PlatformIO is about to get from elsewhere. */
  installing: string | undefined;
  /** A server that could not be found or reached. */
  unreachable = false;
  readonly overflows = new Map<MemoryKind, number>();
  readonly warnings: string[] = [];
  readonly tail: string[] = [];

  /** Takes one line; returns what is being done, if the line says so. */
  take(raw: string): string | undefined {
    const line = plain(raw.slice(0, LINE_LIMIT));
    if (line === '') return undefined;
    if (NO_NETWORK.test(line)) this.unreachable = true;
    if (!CHATTER.test(line)) this.tail.push(line);
    if (this.tail.length > TAIL) this.tail.shift();
    this.#size(line);
    this.#overflow(line);
    this.#error(line);
    return this.#activity(line);
  }

  #size(line: string): void {
    const match = /^(RAM|Flash):.*used (\d+) bytes from (\d+) bytes/.exec(line);
    if (match === null) return;
    const [used, total] = [Number(match[2]), Number(match[3])];
    this[match[1] === 'RAM' ? 'ram' : 'flash'] = { used, total, left: total - used };
  }

  #overflow(line: string): void {
    const region = /region [`'‘](\S+?)['’] overflowed by (\d+) bytes/.exec(line);
    if (region !== null) this.#tooBig(memoryOf(region[1]!), Number(region[2]));
    const check =
      /The (program|data) size \((\d+) bytes\) is greater than maximum allowed \((\d+) bytes\)/.exec(line);
    if (check !== null)
      this.#tooBig(check[1] === 'program' ? 'flash' : 'ram', Number(check[2]) - Number(check[3]));
  }

  #tooBig(memory: MemoryKind, bytes: number): void {
    this.overflows.set(memory, Math.max(bytes, this.overflows.get(memory) ?? 0));
  }

  #error(line: string): void {
    const diagnostic = /^((?:[A-Za-z]:)?[^:\n]+:\d+(?::\d+)?): (?:fatal )?(error|Error|warning): (.+)$/.exec(
      line,
    );
    if (diagnostic?.[2] === 'warning') {
      if (this.warnings.length < MAX_WARNINGS) this.warnings.push(line);
      return;
    }
    const notFound = /^(?:\/bin\/)?(?:sh|bash): (?:\d+: |line \d+: )?(\S+?):? (?:command )?not found/.exec(
      line,
    );
    const absent = /No such file or directory: '([^'/]+)'/.exec(line);
    const client = /VCS: `([\w-]+)` client is not installed/.exec(line);
    this.missingProgram ??= notFound?.[1] ?? absent?.[1] ?? client?.[1];
    if (this.firstError !== undefined) return;
    if (diagnostic !== null) this.firstError = { where: diagnostic[1]!, what: diagnostic[3]! };
    const link = /^(?:.*?\/)?(\S+?):\S*? (undefined reference to .+|multiple definition of .+)$/.exec(line);
    if (link !== null) this.firstError ??= { where: link[1]!, what: link[2]! };
    // Errors without a line: a missing file of -include, an option that no compiler knows, a missing library.
    const program =
      /^(<command-line>|(?:.*[\\/])?(?:cc1\w*|\S*(?:gcc|g\+\+))(?:\.exe)?): (?:fatal )?error: (.+)$/.exec(
        line,
      ) ?? /^((?:.*[\\/])?\S*ld(?:\.\w+)?): (cannot find .+)$/.exec(line);
    if (program !== null) this.firstError ??= { where: program[1]!.split(/[\\/]/).pop()!, what: program[2]! };
    const other = /^(?:\*\*\* |Error: |\w+Error: )(?!\[)(.+)$/.exec(line);
    if (other !== null) this.firstError ??= { where: 'PlatformIO', what: other[1]! };
  }

  #activity(line: string): string | undefined {
    const step =
      /^(Compiling|Archiving|Indexing|Linking|Building|Checking size|Generating|Retrieved) (\S.*)$/.exec(
        line,
      );
    if (step !== null) return this.#step(step[1]!, step[2]!);
    const install = /^(?:Platform|Tool|Library) Manager: Installing (\S.*)$/.exec(line);
    if (install !== null) {
      // What is linked or copied from this machine needs no network.
      if (!/^(?:symlink|file):\/\//.test(install[1]!)) this.installing = install[1]!;
      return `getting ${install[1]}`;
    }
    if (/^(?:Downloading|Unpacking)\b/.test(line)) {
      this.installing = undefined;
      return line.toLowerCase();
    }
    if (/^Uploading|^Starting /.test(line)) return 'uploading';
    return undefined;
  }

  #step(verb: string, path: string): string {
    const object = /^[`'"]?(.*?\.o)\b/.exec(path)?.[1];
    if (verb === 'Compiling' || (verb === 'Retrieved' && object !== undefined)) this.compiled += 1;
    const name = (object ?? path).split(/[\\/]/).pop()!;
    return `${verb === 'Retrieved' ? 'from the cache:' : verb.toLowerCase()} ${name.replace(/\.o$/, '')}`;
  }
}

/** Region names differ from core to core: `RAM`, `dram0_0_seg`, `DTCM`; anything else holds code. */
function memoryOf(region: string): MemoryKind {
  return /ram|tcm|bss|heap/i.test(region) && !/^i(?:ram|tcm)/i.test(region) ? 'ram' : 'flash';
}

/** Without colours and other control characters. */
function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
  return line.replace(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g, '').trimEnd();
}
