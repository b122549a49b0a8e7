/**
 * `--web` and `--web-file`: the session as pages, beside the terminal's view of it.
 *
 * Owns: what is asked of the board for them, what is said of them, when they end. Leaves to others: the pages
 * (`web/`), where a session ends (`stream.ts`).
 */
import { resolve } from 'node:path';
import { inputError, KwsError } from '../../diagnostics/errors.js';
import type { Device } from '../../targets/open.js';
import type { RecordedMoment } from '../../web/messages.js';
import type { CutoffControl } from '../../web/session-view.js';
import type { CommandContext } from './command.js';
import type { LiveControl } from './live.js';
import type { OptionValues } from './options.js';
import { asLines, type EventView } from './show-events.js';

export interface WebRequest {
  /** Of a live page, 0: one that is free; undefined: none. */
  readonly port: number | undefined;
  /** Absolute. */
  readonly file: string | undefined;
}

/** @throws KwsError (exit code 2) */
export function checkWebOptions({ web, webPort }: OptionValues): void {
  if (webPort === undefined || web === true) return;
  throw inputError({
    what: 'means nothing without --web',
    where: '--web-port',
    next: 'give both, or leave it out',
  });
}

/** undefined where no page is asked for. */
export function webRequest(
  { web, webPort, webFile }: OptionValues,
  directory: string,
): WebRequest | undefined {
  if (web !== true && webFile === undefined) return undefined;
  return {
    port: web === true ? (webPort ?? 0) : undefined,
    file: webFile === undefined ? undefined : resolve(directory, webFile),
  };
}

/** What of a stream pages need. */
interface PagesRequest {
  readonly web?: WebRequest | undefined;
  /** Of labels that are detected. */
  readonly cutoffs?: ReadonlyMap<string, number>;
  readonly untilDetect?: string | undefined;
  /** Through which settings are made, where the command has it. */
  readonly live?: LiveControl | undefined;
}

export interface WebPages {
  /** The terminal's view and the pages, as one. */
  beside(view: EventView): EventView;
  /** A recording that a live page can play. @param path WAV */
  recorded(moment: RecordedMoment, path: string): void;
  /**
   * The file is written; a live page stays until Ctrl-C, where somebody can press it.
   * @param stay false: Ctrl-C was pressed
   * @param failure that ended the session
   */
  close(stay: boolean, failure?: unknown): Promise<void>;
}

/** @throws KwsError (exit code 3) where the port is taken */
export async function openPages(
  device: Device,
  { web: request, cutoffs, untilDetect, live }: PagesRequest,
  { out, signal }: CommandContext,
): Promise<WebPages | undefined> {
  if (request === undefined) return undefined;
  const { openWebView } = await import('../../web/session-view.js');
  const view = await openWebView(device, {
    port: request.port,
    awaited: untilDetect,
    ...(cutoffs && { cutoffs }),
    ...(live && { control: controlOf(live) }),
  });
  const { url } = view;
  if (url !== undefined) {
    if (asLines(out)) out.line({ kws: 1, t: 'web', url });
    else out.progress(`the page is at ${url}`);
  }
  // Frames are many: a line that has a speed may not carry them.
  const frames = device.link !== undefined;
  if (frames) await device.session.command('trace features');
  return {
    beside: (other) => ({
      show(event, model) {
        view.show(event, model);
        if (event.t !== 'features' || !frames) other.show(event, model);
      },
      note: (text) => other.note(text),
      close: () => other.close(),
    }),
    recorded: (moment, path) => view.recorded(moment, path),
    async close(stay, failure) {
      view.end(failure === undefined ? undefined : reasonOf(failure));
      try {
        if (request.file !== undefined) {
          const { writeTogether } = await import('../../files/write-together.js');
          await writeTogether(new Map([[request.file, view.html()]]), 'another place with --web-file');
          out.progress(`the page is in ${request.file}`);
        }
        if (stay && url !== undefined && out.terminal) {
          out.progress('the page stays until Ctrl-C');
          await aborted(signal);
        }
      } finally {
        await view.close();
      }
    },
  };
}

/** In one line. */
function reasonOf(failure: unknown): string {
  const problem = failure instanceof KwsError ? failure.problems[0] : undefined;
  const { what = 'kws-gen failed', why } = problem ?? {};
  return why === undefined ? what : `${what}: ${why}`;
}

/** What a page sets is among what `--save` writes and `--keep` sets again. */
const controlOf = (live: LiveControl): CutoffControl => ({
  cutoff: (model) => live.value('cutoff', model),
  set: (model, value) => live.set({ name: 'cutoff', value, model: live.nameOf(model) }),
});

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
