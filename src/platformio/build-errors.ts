/** A failed build or upload → one error that says what, where, why and the next step. */
import { inputError, KwsError, type Problem, toolError } from '../diagnostics/errors.js';
import type { BuildLog, MemoryKind, Overflow } from './build-log.js';
import { programFix } from './prerequisite-fixes.js';
import type { RunEnd } from './run-tool.js';

/** The firmware is larger than the board: exit code 2. `overflows` says by how much, for advice on what would fit. */
export class DoesNotFitError extends KwsError {
  constructor(
    problems: readonly Problem[],
    readonly overflows: readonly Overflow[],
  ) {
    super(problems, 2);
  }
}

const MEMORY_NAMES: Readonly<Record<MemoryKind, string>> = { flash: 'flash', ram: 'RAM' };

export interface FailureContext {
  /** `building` or `uploading`. */
  readonly doing: 'building' | 'uploading';
  /** Environment of platformio.ini, which names the board for the user. */
  readonly environment: string;
  /** File with everything that was said. */
  readonly log: string;
}

/** The error for a build or upload that ended as `end` with `log`: exit code 2 for code of the project's own, `device/`. */
export function failure(end: RunEnd, log: BuildLog, context: FailureContext): Error {
  const { doing, environment } = context;
  if (end.kind === 'timeout')
    return toolError({
      what: `${doing} for ${environment} took too long and was ended`,
      why: `the last line was: ${log.tail.at(-1) ?? '(nothing)'}`,
      next: `see ${context.log}; a slow first download may need a second try`,
    });
  if (end.kind === 'failed')
    return toolError(
      { what: 'PlatformIO could not be started', why: end.error.message, next: 'run kws-gen doctor' },
      { cause: end.error },
    );
  if (log.overflows.size > 0) return doesNotFit(log, environment);
  if (log.missingProgram !== undefined) {
    return toolError({
      what: `${log.missingProgram} is not installed`,
      why: `${doing} for ${environment} needs it`,
      next: programFix(log.missingProgram) ?? 'install it, or see kws-gen doctor',
    });
  }
  const first = log.firstError;
  const own = first === undefined ? null : /^src[\\/]device[\\/](.+)$/.exec(first.where);
  if (own !== null)
    return inputError({
      what: `does not compile for ${environment}: ${first!.what}`,
      where: `device/${own[1]}`,
      next: `correct it there; the full log is ${context.log}`,
    });
  if (first !== undefined && first.where !== 'PlatformIO')
    return toolError({
      what: `the firmware for ${environment} does not compile: ${first.what}`,
      where: first.where,
      next: `the full log is ${context.log}`,
    });
  if (log.unreachable && log.installing !== undefined) return offlineError(log.installing, context);
  return toolError({
    what: `${doing} for ${environment} failed${first === undefined ? '' : `: ${first.what}`}`,
    ...(first === undefined && log.tail.length > 0 ? { why: log.tail.join('\n       ') } : {}),
    next: `the full log is ${context.log}`,
  });
}

function doesNotFit(log: BuildLog, environment: string): DoesNotFitError {
  const overflows = [...log.overflows].map(([memory, bytes]) => ({ memory, bytes }));
  const problems = overflows.map(({ memory, bytes }) => ({
    what: `the firmware does not fit into the ${MEMORY_NAMES[memory]} of ${environment}: ${bytes} bytes too many`,
    next: 'use a smaller model, or a board with more memory (kws-gen boards)',
  }));
  return new DoesNotFitError(problems, overflows);
}

/** PlatformIO would have to download something and cannot. */
export function offlineError(missing: string, context: FailureContext): Error {
  return toolError({
    what: `${missing} is not installed, and PlatformIO cannot download it: no network`,
    why: `${context.doing} for ${context.environment} needs it`,
    next: 'connect to the network once (behind a proxy, set HTTPS_PROXY) and try again; the runtime aot on virtual boards and with --emulate needs no download, and --tflm-path takes a local interpreter',
  });
}
