/**
 * The terminal's view of a session (`targets/session-model.ts`): a meter with detections above it on a terminal,
 * JSON lines elsewhere.
 *
 * Leaves to others: when to stop (`stream.ts`).
 */
import type {
  BehindEvent,
  DetectEvent,
  EndEvent,
  FaultEvent,
  HelloEvent,
  LostEvent,
  NoiseEvent,
  PinEvent,
} from '../../protocol/events.js';
import type { HeardEvent } from '../../targets/hear.js';
import { type SessionModel, sessionStart } from '../../targets/session-model.js';
import { clock, Meter } from '../../terminal/meter.js';
import type { Output } from '../../terminal/output.js';
import { printable } from '../../text/text.js';

export interface EventView {
  /** @param model of the session, this event in it */
  show(event: HeardEvent, model: SessionModel): void;
  /** A word for the user that is no event. */
  note(text: string): void;
  /** The last state stays. */
  close(): void;
}

/** Whether events are JSON lines: under --json, and wherever stdout is no terminal. */
export function asLines(out: Output): boolean {
  return out.json || !out.terminal;
}

export function eventView(out: Output, hello: HelloEvent): EventView {
  return asLines(out) ? lineView(out) : meterView(out, hello);
}

function lineView(out: Output): EventView {
  return {
    show(event) {
      if (event.t !== 'noise') out.line({ ...event });
      else if (isText(event)) out.line({ ...event });
    },
    note(text) {
      out.progress(text);
    },
    close() {},
  };
}

function meterView(out: Output, hello: HelloEvent): EventView {
  const { colours } = out;
  const { models } = sessionStart(hello);
  const meter = new Meter({ stream: out.stdout, colours, models });
  const show: { readonly [T in HeardEvent['t']]?: (event: never, model: SessionModel) => void } = {
    hello: () => meter.above(colours.yellow('the board restarted')),
    score: ({ m }: HeardEvent & { t: 'score' }, model) => {
      const shown = model.models.find(({ name }) => name === m);
      if (shown !== undefined) meter.score(m, shown.probabilities, shown.ms);
    },
    detect: (event: DetectEvent) => meter.above(detection(event, out)),
    end: (event: EndEvent) => meter.above(colours.dim(ended(event))),
    pin: (event: PinEvent) =>
      meter.above(colours.dim(`${pinName(event)} ${event.level === 1 ? 'high' : 'low'}`)),
    noise: (event: NoiseEvent) => {
      if (isText(event)) meter.above(colours.dim(event.text));
    },
    lost: ({ lines }: LostEvent) =>
      meter.above(
        colours.yellow(
          lines === 1 ? 'a line of the board was lost' : `${lines} lines of the board were lost`,
        ),
      ),
    behind: (event: BehindEvent) => meter.above(colours.yellow(fellBehind(event))),
    fault: ({ code, message }: FaultEvent) =>
      meter.above(`${colours.red(`fault ${printable(code)}`)} ${printable(message)}`),
  };
  return {
    show: (event, model) => show[event.t]?.(event as never, model),
    note: (text) => meter.above(colours.cyan(printable(text))),
    close: () => meter.end(),
  };
}

/** A line nobody overlooks. */
function detection({ label, m, p, ms, clip }: DetectEvent, { colours }: Output): string {
  const heard = colours.bold(colours.inverse(colours.green(` HEARD  ${printable(label)} `)));
  const where = clip === undefined ? '' : `  ${printable(clip)}`;
  return `${heard}  ${p.toFixed(2)} at ${clock(ms)}  ${colours.dim(`${printable(m)}${where}`)}`;
}

/** What is wrong, how much, and what helps. */
function fellBehind({ late, ms, clip }: BehindEvent): string {
  const where = clip === undefined ? '' : `${printable(clip)}: `;
  const waited = ms === undefined ? '' : `, up to ${Math.round(ms)} ms late`;
  const what = 'the board falls behind';
  return `${where}${what}: ${late === 1 ? '1 step' : `${late} steps`} done only when the next inference was due${waited}; a larger hop, a faster board or runtime helps`;
}

/** What an action, the project's own code or a core prints; not what a wrong baud rate gives. */
const isText = ({ text, reason }: NoiseEvent): boolean => reason === 'text' && /^[\x20-\x7e]+$/.test(text);

const pinName = ({ pin, name }: PinEvent): string => printable(name ?? `pin ${pin}`);

function ended({ clip, samples, detections }: EndEvent): string {
  const heard = detections === 1 ? '1 detection' : `${detections} detections`;
  return `${printable(clip ?? 'clip')}: ${clock(samples / 16)}, ${heard}`;
}
