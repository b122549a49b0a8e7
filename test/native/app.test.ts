/**
 * The whole application under AddressSanitizer and UBSan, with models, microphone and serial line of memory:
 * it answers whatever is said to it, and nothing that was said before changes what a clip gives.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { RESYNCHRONISE } from '../../src/device/frame.js';
import { random } from '../support/random.js';
import { boardNoise, buildApp, type MemoryBoard, runApp, type Said, step } from './app.js';

let executable: string;
beforeAll(async () => {
  executable = await buildApp();
});

const run = (board: MemoryBoard, ...script: (string | readonly string[])[]) =>
  runApp(executable, board, script.flat());
const { say, mark, frame, frames } = step;

const SECOND = 16_000;
/** Bytes of a model's input: 4 frames of 40 features. */
const INPUT = 160;

const noise = (samples: number, seed: number): Uint8Array => {
  const next = random(seed);
  return Uint8Array.from({ length: 2 * samples }, () => next(256));
};
/** A line as `hello`, `ok play`, `fault overrun`, `credit 3`. */
const brief = (said: Said): string => {
  if (said.t === 'ok') return `ok ${said.cmd}`;
  if (said.t === 'fault') return `fault ${said.code}`;
  if (said.t === 'credit') return `credit ${said.seq}${said.resend === true ? ' resend' : ''}`;
  if (said.t === 'end') return `end ${said.samples}`;
  return said.t === 'output' ? `output ${said.m}` : said.t;
};
const briefs = (part: readonly Said[]) => part.map(brief);
const scores = (part: readonly Said[]) => part.filter(({ t }) => t === 'score' || t === 'detect');
const count = (part: readonly Said[], wanted: string) => briefs(part).filter((one) => one === wanted).length;

describe('commands', () => {
  test.each<[string, string[]]>([
    ['hello', ['hello']],
    ['stats', ['stats']],
    ['reset', ['ok reset']],
    ['mic', ['ok mic']],
    ['stop', ['ok stop']],
    ['credit', ['credit 0']],
    ['trace features', ['ok trace']],
    ['cutoff 0 255', ['ok cutoff']],
    ['cutoff 1 255', ['fault bad-command']],
    ['input 1 160', ['fault bad-command']],
    ['input 0 159', ['fault bad-command']],
    ['input 0 4294967295', ['fault bad-command']],
    ['input 0 160', ['credit 0']],
    ['play 0', ['ok play', 'credit 0', 'end 0']],
    ['play 9', ['ok play', 'credit 0']],
    ['play 9 memory', ['fault bad-command']],
    ['nonsense', ['fault bad-command']],
    ['x'.repeat(5000), ['fault bad-command']],
    ['', []],
  ])('%s', async (line, expected) => {
    const [start, answers] = await run({}, 'd', mark, say(line));
    expect(briefs(start!)).toEqual(['hello']);
    expect(briefs(answers!)).toEqual(expected);
  });

  test('hello is repeated once a second until something was said', async () => {
    const second = ['t 1000000', 'd'];
    const [before, after] = await run({}, second, second, mark, say(''), say('trace off'), second, second);
    expect(briefs(before!)).toEqual(['hello', 'hello', 'hello']);
    expect(briefs(after!)).toEqual(['ok trace']);
  });

  test('a line that does not fit its buffer becomes a fault', async () => {
    const [parts] = await run({ line: 192, models: 2 }, 'd');
    expect(parts).toMatchObject([{ t: 'fault', code: 'line-too-long' }]);
  });
});

describe('what is pushed', () => {
  test('a clip in frames is the same clip through shared memory', async () => {
    const [, inFrames, inMemory, open] = await run(
      { link: 1 },
      [mark, ...say('play 1000'), ...frames(boardNoise(1000, 5))],
      ['a 1000 5', 'w 1000', mark, ...say('play 1000 memory')],
      [mark, ...say('play open memory'), 'e 1000', 'd'],
    );
    for (const part of [inFrames!, inMemory!, open!]) {
      expect(briefs(part).filter((one) => /^(ok|end|fault)/.test(one))).toEqual(['ok play', 'end 1000']);
      expect(scores(part)).toEqual(scores(inFrames!));
    }
    expect(scores(inFrames!).length).toBeGreaterThan(0);
  });

  test('a frame of another number, a damaged one, half a sample', async () => {
    const sound = noise(400, 1);
    const damaged = Buffer.from('0210', 'hex');
    const [, answers] = await run(
      {},
      mark,
      say('play 400'),
      [frame(1, sound.subarray(0, 10)), 'd', frame(0, sound.subarray(0, 501)), 'd'],
      [step.bytes(Buffer.concat([damaged, Buffer.from(RESYNCHRONISE)])), 'd'],
      [frame(1, sound.subarray(501)), 'd'],
    );
    expect(briefs(answers!).filter((one) => !['score', 'detect'].includes(one))).toEqual([
      'ok play',
      'credit 0',
      'credit 0 resend',
      'credit 1',
      'fault bad-frame',
      'credit 1 resend',
      'credit 2',
      'end 400',
    ]);
  });

  test('stop ends a clip with what has arrived', async () => {
    const [, answers] = await run({}, mark, say('play open'), frames(noise(256, 2)), say('stop'));
    expect(briefs(answers!).slice(-2)).toEqual(['ok stop', 'end 256']);
  });

  test('an end that the host moves below what was read ends the clip', async () => {
    const [, answers] = await run(
      { link: 1 },
      'a 1000 5',
      'w 800',
      mark,
      ...say('play 900 memory'),
      ...['e 100', 'd', 'w 1000', 'd'],
    );
    expect(briefs(answers!).at(-1)).toBe('end 900');
  });

  test('a tensor in the middle of a clip: nothing of the clip runs between the tensors', async () => {
    const tensors = [0, 1].flatMap((seed) => [...say('input 0 160'), ...frames(noise(80, seed))]);
    const [, fresh] = await run({}, mark, tensors);
    // When it comes, the ring holds what three rounds of the main loop would take.
    const [, , after] = await run(
      { link: 1 },
      ['a 1000 5', 'w 1000', 'd', mark, step.bytes(Buffer.from('play open memory\n')), 'p 1', mark],
      tensors,
    );
    expect(scores(after!)).toEqual([]);
    expect(after).toEqual(fresh);
    expect(briefs(fresh!)).toEqual(['credit 0', 'output first', 'credit 0', 'output first']);
  });

  test.each(['int8', 'uint8', 'float32'] as const)('an input of %s', async (type) => {
    const bytes = type === 'float32' ? 4 * INPUT : INPUT;
    const [, answers] = await run(
      { type },
      mark,
      say(`input 0 ${bytes}`),
      frames(new Uint8Array(bytes).fill(1), 100),
    );
    expect(answers!.at(-1)).toMatchObject({ t: 'output', q: [expect.any(Number), expect.any(Number)] });
  });
});

describe('the microphone', () => {
  const listen = (seconds: number, seed: number) =>
    Array.from({ length: (seconds * SECOND) / 160 }, (_, i) => [`m 160 ${seed && seed + i}`, 'd']).flat();

  test('is heard', async () => {
    const [said] = await run({ mic: 'works' }, 'd', listen(0.5, 1));
    expect(count(said!, 'score')).toBe(23);
    expect(briefs(said!).filter((one) => one.startsWith('fault'))).toEqual([]);
  });

  test('that never changes is a fault, told once, and again to who asks for the microphone', async () => {
    const [said, again] = await run({ mic: 'works' }, 'd', listen(3, 0), mark, say('mic'), listen(3, 0));
    expect(count(said!, 'fault no-microphone')).toBe(1);
    expect(count(again!, 'fault no-microphone')).toBe(1);
  });

  test('that does not start is a fault with its reason, also when it is asked for again', async () => {
    const [said, again] = await run({ mic: 'fails' }, 'd', mark, say('mic'));
    expect(said!.at(-1)).toMatchObject({ code: 'microphone', message: 'The microphone does not answer.' });
    expect(briefs(again!)).toEqual(['fault microphone', 'ok mic']);
  });

  test('of which samples are lost now and then is a fault, once each time', async () => {
    const [said] = await run({ mic: 'works' }, 'd', 'm 5000 1', 'd', listen(1, 9), 'm 5000 1', 'd');
    expect(count(said!, 'fault overrun')).toBe(2);
  });

  test('of which samples are lost all the time is a fault, too, but not in every line', async () => {
    // During each inference, due every 20 ms, come 100 ms of sound: the ring is never empty again.
    const rounds = Array.from({ length: 400 }, () => ['p 1', 't 50000']).flat();
    const [said] = await run({ mic: 'works', late: 1600 }, 'm 1000 1', rounds);
    const faults = count(said!, 'fault overrun');
    expect(faults).toBeGreaterThanOrEqual(2);
    expect(faults).toBeLessThanOrEqual(25);
  });

  test('is shut out while a clip plays, and comes back after it', async () => {
    const [, playing, after] = await run(
      { mic: 'works' },
      mark,
      ...[...say('play 1000'), ...listen(0.5, 1), mark, ...frames(noise(1000, 3)), ...listen(0.5, 1)],
    );
    expect(briefs(playing!)).toEqual(['ok play', 'credit 0']);
    const end = briefs(after!).indexOf('end 1000');
    expect(end).toBeGreaterThan(0);
    expect(count(after!.slice(end), 'score')).toBe(23);
  });
});

describe('models that fail', () => {
  test('while running: told once, off until reset', async () => {
    const clip = [...say('play 4000'), ...frames(noise(4000, 1))];
    const [, bad, good] = await run({}, 'f 3', mark, clip, 'f 0', mark, clip);
    expect(count(bad!, 'fault model')).toBe(1);
    expect(count(bad!, 'score')).toBe(2);
    expect(bad!.at(-1)).toMatchObject({ t: 'end', samples: 4000, scores: 2 });
    expect(count(good!, 'fault model')).toBe(0);
    expect(count(good!, 'score')).toBe(10);
  });

  test('on a pushed tensor', async () => {
    const [, said] = await run({}, 'f 1', mark, say('input 0 160'), frames(noise(80, 1)), say('hello'));
    expect(briefs(said!)).toEqual(['credit 0', 'fault model', 'hello']);
  });

  test.each([1, 2] as const)(
    'to be prepared, %i in all: told at once and to every command',
    async (models) => {
      const lines = [
        'hello',
        'stats',
        'play 100',
        'input 0 160',
        'mic',
        'reset',
        'stop',
        'cutoff 0 1',
        'trace off',
      ];
      const [said, answers] = await run(
        { prepares: 0, models, mic: 'works' },
        'd',
        mark,
        lines.flatMap((l) => say(l)),
      );
      expect(said!.at(-1)).toMatchObject({ code: 'model', message: 'The arena is too small.' });
      expect(briefs(answers!)).toEqual([
        'hello',
        'stats',
        ...Array<string>(6).fill('fault model'),
        'ok trace',
      ]);
    },
  );
});

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
    ],
    ...['input 0 160', 'input 0 640', 'input 1 160', 'input 0 0', 'input 255 4294967295', 'cutoff 0 0'],
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
  ];
  const settle = (board: MemoryBoard): string[] => {
    const tensor = board.type === 'float32' ? 4 * INPUT : INPUT;
    return [
      // Whatever is wrong with models ends; a frame under way and a line end; the settings go back.
      ...['f 0', step.bytes(Buffer.from(RESYNCHRONISE)), 'd'],
      ...say('reset', 'trace off', 'cutoff 0 128', ...(board.models === 2 ? ['cutoff 1 128'] : [])),
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
      expect(said.filter(({ t }) => t === 'noise')).toEqual([]);
      expect(said.length, 'it did say something').toBeGreaterThan(50);
      expect(settled(parts.at(-1)!), `seed ${seed}`).toEqual(settled(fresh.at(-1)!));
    }
  });
});
