/**
 * What a board says, shown: a meter with detections above it on a terminal, JSON lines elsewhere.
 *
 * Leaves to others: when to stop (`stream.ts`).
 */
import type { DetectEvent, EndEvent, FaultEvent, HelloEvent, SessionEvent } from '../device/events.js';
import { clock, Meter } from '../terminal/meter.js';
import type { Output } from '../terminal/output.js';
import { printable } from '../terminal/text.js';

export interface EventView {
  event(event: SessionEvent): void;
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
    event(event) {
      if (event.t !== 'noise' && event.t !== 'disconnected') out.line(event);
    },
    close() {},
  };
}

function meterView(out: Output, hello: HelloEvent): EventView {
  const { colours } = out;
  const models = hello.models.filter(({ gate }) => !gate).map(({ m, labels }) => ({ name: m, labels }));
  const meter = new Meter({ stream: out.stdout, colours, models });
  const show: { readonly [T in SessionEvent['t']]?: (event: never) => void } = {
    hello: () => meter.above(colours.yellow('the board restarted')),
    score: ({ m, p, ms }: SessionEvent & { t: 'score' }) => meter.score(m, p, ms),
    detect: (event: DetectEvent) => meter.above(detection(event, out)),
    end: (event: EndEvent) => meter.above(colours.dim(ended(event))),
    fault: ({ code, message }: FaultEvent) =>
      meter.above(`${colours.red(`fault ${printable(code)}`)} ${printable(message)}`),
  };
  return {
    event: (event) => show[event.t]?.(event as never),
    close: () => meter.end(),
  };
}

/** A line nobody overlooks. */
function detection({ label, m, p, ms, clip }: DetectEvent, { colours }: Output): string {
  const heard = colours.bold(colours.inverse(colours.green(` HEARD  ${printable(label)} `)));
  const where = clip === undefined ? '' : `  ${printable(clip)}`;
  return `${heard}  ${p.toFixed(2)} at ${clock(ms)}  ${colours.dim(`${printable(m)}${where}`)}`;
}

function ended({ clip, samples, detections }: EndEvent): string {
  const heard = detections === 1 ? '1 detection' : `${detections} detections`;
  return `${printable(clip ?? 'clip')}: ${clock(samples / 16)}, ${heard}`;
}
