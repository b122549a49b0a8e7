/** Whatever is said and happens to the application: nothing of it changes what a clip gives afterwards. */
import { beforeAll, describe, expect, test } from 'vitest';
import { RESYNCHRONISE } from '../../src/protocol/frame.js';
import { random } from '../support/random.js';
import { brief, buildApp, INPUT, type MemoryBoard, noise, runApp, type Said, step } from './app.js';

let executable: string;
beforeAll(async () => {
  executable = await buildApp();
});

const run = (board: MemoryBoard, ...script: (string | readonly string[])[]) =>
  runApp(executable, board, script.flat());
const { say, mark, frame, frames } = step;

/** Things to say and to let happen, by chance; the sizes are near what the application has room for. */
function nasty(seed: number): string[] {
  const next = random(seed);
  const pick = <T>(items: readonly T[]): T => items[next(items.length)]!;
  const bytes = (length: number) => Uint8Array.from({ length }, () => next(256));
  const lines = [
    ...['hello', 'reset', 'mic', 'stop', 'stats', 'credit', 'trace features', 'trace off'],
    ...[
      'play 0',
      'play 1',
      'play 500',
      'play open',
      'play 4294967294',
      'play 700 memory',
      'play open memory',
      'play 500 packed',
      'play open packed',
    ],
    ...['input 0 160', 'input 0 640', 'input 1 160', 'input 0 0', 'input 255 4294967295', 'cutoff 0 0'],
    ...[
      'name%',
      'db load 160%',
      'db 0102zz%',
      'db 0102030405%',
      'infer 3 1%',
      '%%',
      `${'y'.repeat(99)}%`,
      'db print 9 9%',
    ],
    ...['window 0 1', 'window 0 50', 'refractory 0 65535', 'gain 80', 'audio on', 'audio off'],
    ...['cutoff 1 255', 'play -1', 'x'.repeat(121), ' '.repeat(119), 'play 4294967295', '\u0000\u0001'],
  ];
  let seq = 0;
  const one = (): string[] => {
    const kind = next(12);
    if (kind < 4) return [step.bytes(Buffer.from(`${pick(lines)}\n`, 'latin1'))];
    if (kind < 7)
      return [frame(next(8) === 0 ? next(256) : seq++, bytes(1 + next(next(4) === 0 ? 512 : 100)))];
    if (kind === 7) return [step.bytes(bytes(1 + next(300)))];
    if (kind === 8) return [`m ${next(3000)} ${next(4)}`];
    if (kind === 9) return [`w ${pick([0, 5, 900, 5000, 20_000])}`, `e ${pick([0, 5, 900, 2 ** 32 - 1])}`];
    if (kind === 10) return [`f ${next(4)}`, `t ${next(2 ** 31)}`];
    return ['d'];
  };
  return Array.from({ length: 500 }, () => {
    if (next(10) === 0) seq = 0;
    return [...one(), `p ${next(6)}`];
  }).flat();
}

describe('whatever was said and heard before', () => {
  const BOARDS: readonly MemoryBoard[] = [
    {},
    { mic: 'works', link: 1 },
    { mic: 'works', models: 2, ring: 512, late: 100 },
    { type: 'float32', link: 1, models: 2 },
    { type: 'uint8', mic: 'fails', chunk: 7 },
    { frontend: 0, models: 2 },
    { prepares: 0, mic: 'works' },
    { mic: 'works', link: 1, advance: 1, ring: 512, late: 100 },
    { type: 'float32', models: 2, advance: 1 },
    { mlperf: 1, text: 1, mic: 'works', models: 2 },
    { mlperf: 1, text: 1, type: 'float32' },
  ];
  const settle = (board: MemoryBoard): string[] => {
    const tensor = board.type === 'float32' ? 4 * INPUT : INPUT;
    return [
      // Whatever is wrong with models ends; a frame under way and a line end; the settings go back.
      ...['f 0', step.bytes(Buffer.from(RESYNCHRONISE)), 'd'],
      ...say('reset', 'trace off', 'audio off', 'cutoff 0 128', 'window 0 2', 'refractory 0 3'),
      ...(board.models === 2 ? say('cutoff 1 128') : []),
      // The time it is deaf for, in which a command may have come, ends with a reset.
      ...say('reset'),
      ...[mark, ...say('hello', 'play 4000'), ...frames(noise(4000, 77))],
      ...[...say('reset', `input 0 ${tensor}`), ...frames(noise(tensor / 2, 78)), ...say('stats')],
    ];
  };
  const settled = (part: readonly Said[]) =>
    // How long things took, and how much was lost, are the past's.
    part.map((said) => (said.t === 'stats' ? { t: said.t, hops: said.hops, samples: said.samples } : said));

  test.each(BOARDS.map((board) => [JSON.stringify(board), board] as const))('%s', async (_, board) => {
    const fresh = await run(board, 'd', settle(board));
    expect(brief(fresh.at(-1)![0]!)).toBe('hello');
    for (const seed of [1, 2, 3, 4]) {
      const parts = await run(board, 'd', nasty(seed), settle(board));
      const said = parts.flat();
      const other = board.mlperf === 1 ? /^(?:[me]-|Predictions \(| {4})/ : /^$/;
      expect(said.filter((one) => one.t === 'noise' && !other.test(one.text))).toEqual([]);
      expect(said.length, 'it did say something').toBeGreaterThan(50);
      expect(settled(parts.at(-1)!), `seed ${seed}`).toEqual(settled(fresh.at(-1)!));
    }
  });
});
