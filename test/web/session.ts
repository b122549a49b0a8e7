/** A board that says hello, and what it says then. */
import type { DetectEvent, FaultEvent, HelloEvent, ScoreEvent } from '../../src/protocol/events.js';

const model = (m: string, labels: readonly string[], gate = false) => ({
  ...{ m, labels: [...labels], gate, model: 'ff', hop: 1, arena: 1, used: 1 },
});

export const HOSTILE = '</script><img src=x onerror="alert(1)">';

export const HELLO: HelloEvent = {
  ...{ kws: 1, t: 'hello', protocol: 1, tool: '0', build: 'b', board: HOSTILE, runtime: 'aot', model: 'ff' },
  ...{ labels: ['v'], frontend: 'fe', rate: 16_000, step: 10, mic: true },
  models: [model('gate', ['v'], true), model('wake', [HOSTILE, 'yes']), model('other', ['stop'])],
};

export const score = (p: number[], m = 'wake'): ScoreEvent => ({
  kws: 1,
  t: 'score',
  m,
  n: 1,
  ms: 10,
  q: [],
  p,
});
export const detect = (label: string): DetectEvent => ({
  kws: 1,
  t: 'detect',
  m: 'wake',
  label,
  ms: 1500,
  p: 0.9,
});
export const fault = (message: string): FaultEvent => ({ kws: 1, t: 'fault', code: 'overrun', message });
