/**
 * A board that is open → its events shown, until the user, a limit, the last clip or the board ends it.
 *
 * Owns: the limits, and what the ending means (heard or not heard).
 * Leaves to others: what the board says (`targets/hear.ts`), showing (`show-events.ts`), opening and
 * ending boards (`targets/boards.ts`).
 */

import { inputError } from '../../diagnostics/errors.js';
import { didYouMean } from '../../diagnostics/nearest.js';
import { hear, type PlayedClip, soundOf } from '../../targets/hear.js';
import type { Device } from '../../targets/open.js';
import { ScoreWatch } from '../../targets/score-watch.js';
import { type SessionModel, sessionNext, sessionStart } from '../../targets/session-model.js';
import { printable } from '../../text/text.js';
import type { Clips } from './clips.js';
import type { CommandContext, Verdict } from './command.js';
import type { LiveControl } from './live.js';
import { KEYS_HELP, readKeys } from './live-keys.js';
import type { OptionValues } from './options.js';
import { asLines, eventView } from './show-events.js';
import { checkWebOptions, openPages, type WebPages, type WebRequest } from './web-pages.js';

export const STREAM_OPTIONS = [
  'play',
  'aloud',
  'lead',
  'tail',
  'for',
  'untilDetect',
  'timeout',
  'web',
  'webPort',
  'webFile',
] as const;

/** How long --until-detect waits for what may never end, where nobody could press Ctrl-C. */
const UNATTENDED_TIMEOUT_MS = 60_000;

export interface StreamRequest {
  readonly clips: readonly PlayedClip[];
  /** The clips are heard by an emulated microphone. */
  readonly aloud?: boolean | undefined;
  /** The clips at the rate the device's hello names. */
  readonly clipsAt?: Clips['at'];
  readonly forMs?: number | undefined;
  readonly untilDetect?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Of labels that are detected: told where one was not heard. */
  readonly cutoffs?: ReadonlyMap<string, number>;
  /** Samples that the models need for one score, at a rate in Hz. */
  readonly leastSamples?: (rate: number) => number | undefined;
  /** Settings that are made while it is watched. */
  readonly live?: LiveControl;
  /** Writes what was set; gives what is to be said of it. */
  readonly save?: () => Promise<string>;
  /** Ends after the hello. */
  readonly helloOnly?: boolean;
  /** A page beside the terminal. */
  readonly web?: WebRequest | undefined;
}

/** Options that contradict each other, before any work. */
export function checkStreamOptions(options: OptionValues): void {
  if (options.timeout !== undefined && options.untilDetect === undefined)
    throw inputError({
      what: 'means nothing without --until-detect',
      where: '--timeout',
      next: 'give --until-detect LABEL with it, or --for in its place',
    });
  checkWebOptions(options);
  checkAloud(options);
  const padding = (['lead', 'tail'] as const).find((name) => options[name] !== undefined);
  if (padding !== undefined && (options.untilDetect === undefined || options.play === undefined))
    throw inputError({
      what: 'means nothing without --until-detect and --play',
      where: `--${padding}`,
      why: 'only a clip that is judged is played between silence, as evaluate plays it',
      next: 'give all of them, or leave it out',
    });
  const stream = STREAM_OPTIONS.find((name) => options[name] !== undefined);
  if (options.noMonitor === true && stream !== undefined)
    throw inputError({
      what: 'means nothing with --no-monitor, which ends after the hello',
      where: `--${stream.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      next: 'leave one of the two out',
    });
}

/** Samples that come as they are made would have to be heard as fast as that. */
export function checkAloud({ aloud, play }: OptionValues): void {
  if (aloud !== true || (play !== undefined && !play.includes('-'))) return;
  throw inputError({
    what: play === undefined ? 'means nothing without --play' : 'does not go with --play -',
    where: '--aloud',
    next: 'name recordings in files: --play word.flac --aloud',
  });
}

/** A label nobody can hear would be waited for in vain. */
export function checkLabel(label: string | undefined, labels: readonly string[]): void {
  if (label === undefined || labels.includes(label)) return;
  throw inputError({
    what: `no model detects ${JSON.stringify(label)}`,
    where: '--until-detect',
    next: didYouMean(label, labels),
  });
}

type Ending = 'played' | 'time' | 'timeout' | 'heard' | 'interrupted';

export async function stream(
  device: Device,
  request: StreamRequest,
  context: CommandContext,
): Promise<Verdict> {
  const { out, signal } = context;
  const { hello, session } = device;
  let ending: Ending | undefined;
  const finish = (how: Ending) => {
    ending ??= how;
    // Whoever iterates over its events is woken.
    void session.close();
  };
  const onAbort = () => finish('interrupted');
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  const timers: NodeJS.Timeout[] = [];
  let model: SessionModel | undefined;
  let watch: ScoreWatch | undefined;
  let pages: WebPages | undefined;
  let failure: unknown;
  try {
    showHello(device, context);
    if (session.foundAt !== undefined)
      out.warn({
        what: `the board's firmware speaks at ${session.foundAt} baud, which is not the rate of the board`,
        next: 'flash it again, or set `monitorBaud` of the board in kws.json (boards)',
      });
    const endless =
      request.forMs === undefined && request.untilDetect === undefined && request.clips.length === 0;
    const attended = out.terminal || request.web?.port !== undefined;
    if (request.helloOnly === true || (endless && !attended)) return 0;
    if (endless && !hello.mic) {
      out.warn({
        what: 'this board has no microphone, so there is nothing to listen to',
        next: '--play CLIP plays a recording to it, --play - what another program records',
      });
      return 0;
    }
    pages = await openPages(device, request, context);
    timers.push(...startTimers(request, out.terminal, finish));
    if (request.aloud === true) soundOf(device);
    if (hello.mic && (request.clips.length === 0 || request.aloud === true))
      watch = new ScoreWatch(hello, session.path, {
        leastSamples: request.leastSamples?.(hello.rate),
        slow: device.slow,
      });
    await listen(device, { ...request, watch, pages }, context, finish, (state) => {
      model = state;
    });
  } catch (error) {
    if (ending === undefined) {
      failure = error;
      throw error;
    }
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    await session.close();
    await pages?.close(ending !== 'interrupted', failure);
  }
  // What a board did not hear that has fallen silent is not known.
  const silent =
    ending === 'time' || ending === 'timeout'
      ? watch?.failureAtEnd(request.untilDetect !== undefined)
      : undefined;
  if (silent !== undefined) throw silent;
  if (ending === 'heard' || request.untilDetect === undefined) return 0;
  out.progress(notHeard(request.untilDetect, model, request.cutoffs));
  return 1;
}

/** How near it came: the highest probability, what it takes, how often it was looked at. */
export function notHeard(
  label: string,
  model: SessionModel | undefined,
  cutoffs: ReadonlyMap<string, number> = new Map(),
): string {
  const said = `${JSON.stringify(label)} was not heard`;
  const own = (model?.models ?? []).flatMap(({ labels, highest, scores }) => {
    const at = labels.indexOf(label);
    return at < 0 ? [] : [{ highest: highest[at]!, scores }];
  });
  const scores = own.reduce((sum, one) => sum + one.scores, 0);
  if (scores === 0) return `${said}: not a single score came`;
  const peak = Math.max(...own.map(({ highest }) => highest));
  const cutoff = cutoffs.get(label);
  const above = cutoff === undefined ? '' : ` of a cutoff of ${cutoff}`;
  return `${said}: its highest probability was ${peak}${above}, in ${scores === 1 ? '1 score' : `${scores} scores`}`;
}

function startTimers(
  request: StreamRequest,
  attended: boolean,
  finish: (how: Ending) => void,
): NodeJS.Timeout[] {
  const { forMs, timeoutMs } = limitsOf(request, attended);
  return [
    ...(forMs === undefined ? [] : [setTimeout(() => finish('time'), forMs)]),
    ...(timeoutMs === undefined ? [] : [setTimeout(() => finish('timeout'), timeoutMs)]),
  ];
}

/**
 * When a stream ends by itself, in ms. What would never end and nobody could interrupt gets a limit; clips
 * end, however long they are.
 */
export function limitsOf(
  { clips, forMs, untilDetect, timeoutMs }: StreamRequest,
  attended: boolean,
): { readonly forMs?: number | undefined; readonly timeoutMs?: number | undefined } {
  if (untilDetect === undefined) return { forMs };
  const finite = clips.length > 0 && clips.every(({ samples }) => samples instanceof Int16Array);
  const bounded = attended || finite || forMs !== undefined;
  return { forMs, timeoutMs: timeoutMs ?? (bounded ? undefined : UNATTENDED_TIMEOUT_MS) };
}

/** Shows events while the clips play, or the microphone listens; the state of the session in the end. */
async function listen(
  device: Device,
  {
    clips,
    clipsAt,
    aloud = false,
    untilDetect,
    leastSamples,
    watch,
    live,
    save,
    pages,
  }: StreamRequest & { readonly watch: ScoreWatch | undefined; readonly pages: WebPages | undefined },
  context: CommandContext,
  finish: (how: Ending) => void,
  seen: (model: SessionModel) => void,
): Promise<void> {
  const { hello } = device;
  let model = sessionStart(hello, untilDetect);
  const terminal = eventView(context.out, hello);
  const view = pages?.beside(terminal) ?? terminal;
  const note = (text: string) => view.note(text);
  const end = () => finish('interrupted');
  const stopKeys =
    live === undefined || save === undefined ? undefined : readKeys(context, { live, note, save, end });
  if (stopKeys !== undefined) note(KEYS_HELP);
  try {
    const sources = (await clipsAt?.(hello.rate)) ?? clips;
    const hearing = {
      ...{ watch, leastSamples: leastSamples?.(hello.rate) },
      ...(aloud ? { aloud: sources } : {}),
    };
    for await (const event of hear(device, aloud ? [] : sources, hearing)) {
      model = sessionNext(model, event);
      seen(model);
      view.show(event, model);
      const told = event.t === 'hello' ? await live?.restarted() : undefined;
      if (told !== undefined) note(told);
      if (model.verdict !== 'heard') continue;
      finish('heard');
      return;
    }
    if (clips.length > 0) finish('played');
  } finally {
    stopKeys?.();
    view.close();
  }
}

function showHello({ hello, session }: Device, { out }: CommandContext): void {
  if (asLines(out)) {
    out.line(hello);
    return;
  }
  const words = hello.models.map(({ m, labels, gate }) =>
    gate ? `${m} (gate)` : `${m}: ${labels.join(', ')}`,
  );
  const rest = printable(` on ${session.path}, runtime ${hello.runtime}, ${words.join('; ')}`);
  out.styled([`${out.colours.bold(printable(hello.board))}${rest}`]);
}
