/**
 * The whole application under AddressSanitizer and UBSan, with models, microphone and serial line of memory:
 * it answers whatever is said to it, and nothing that was said before changes what a clip gives.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { outputFormat, probabilityByte } from '../../src/detector/probability.js';
import { modelInput } from '../../src/frontend/input.js';
import { transposed } from '../../src/frontend/layout.js';
import { createMicroFrontend } from '../../src/frontend/micro/frontend.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { audioSamples } from '../../src/protocol/events.js';
import { RESYNCHRONISE } from '../../src/protocol/frame.js';
import { packSamples } from '../../src/protocol/packing.js';
import { SOUNDS } from '../support/sounds.js';
import {
  boardNoise,
  brief,
  buildApp,
  INPUT,
  type MemoryBoard,
  noise,
  runApp,
  type Said,
  step,
} from './app.js';

let executable: string;
beforeAll(async () => {
  executable = await buildApp();
});

const run = (board: MemoryBoard, ...script: (string | readonly string[])[]) =>
  runApp(executable, board, script.flat());
const { say, mark, frame, frames } = step;

const SECOND = 16_000;
const briefs = (part: readonly Said[]) => part.map(brief);
const scores = (part: readonly Said[]) => part.filter(({ t }) => t === 'score' || t === 'detect');
const count = (part: readonly Said[], wanted: string) => briefs(part).filter((one) => one === wanted).length;

/** Samples of the audio lines, with zeros where some are missing. */
function soundOf(part: readonly Said[]): Int16Array {
  const lines = part.filter((one) => one.t === 'audio');
  const sound = new Int16Array(Math.max(0, ...lines.map((one) => one.n + audioSamples(one).length)));
  for (const one of lines) sound.set(audioSamples(one), one.n);
  return sound;
}

describe('audio to the host', () => {
  const ramp = boardNoise(1000, 3);
  const bytesOf = (sound: Int16Array) => new Uint8Array(sound.buffer);

  test('none unless it is asked for, and none after a new hello', async () => {
    const clip = [...say('play 1000'), ...frames(ramp)];
    const [, silent, on, again] = await run(
      {},
      mark,
      clip,
      mark,
      say('audio on'),
      clip,
      mark,
      say('hello'),
      clip,
    );
    expect(soundOf(silent!)).toHaveLength(0);
    expect(bytesOf(soundOf(on!))).toEqual(ramp);
    expect(briefs(on!).at(-1)).toBe('end 1000');
    expect(scores(on!)).toEqual(scores(silent!));
    expect(soundOf(again!)).toHaveLength(0);
  });

  test('of the microphone: its samples, and how many were lost before them', async () => {
    const [, heard] = await run(
      { mic: 'works' },
      'd',
      say('audio on'),
      mark,
      'm 1024 3',
      'd',
      'm 5000 1',
      'd',
    );
    const lines = heard!.filter((one) => one.t === 'audio');
    expect(lines.map(({ n, lost }) => [n, lost]).slice(0, 5)).toEqual([
      [0, 0],
      [256, 0],
      [512, 0],
      [768, 0],
      [1024, 5000 - 1024],
    ]);
    expect(bytesOf(soundOf(heard!).subarray(0, 1000).slice())).toEqual(ramp);
  });
});

describe('packed audio', () => {
  /** Frames of packed samples. */
  const packed = (samples: Int16Array) => {
    const steps: string[] = [];
    let seq = 0;
    for (let rest = new Uint8Array(samples.buffer); rest.length > 0; ) {
      const { payload, taken } = packSamples(rest);
      steps.push(frame(seq++, payload), 'd');
      rest = rest.subarray(taken);
    }
    return steps;
  };

  test('of every kind arrives as it was, and gives the scores of plain frames', async () => {
    const all = Object.values(SOUNDS).map((sound) => Int16Array.from({ length: 1601 }, (_, i) => sound(i)));
    const parts = await run(
      {},
      say('audio on'),
      ...all.flatMap((samples) => [
        [mark, ...say('play 1601 packed'), ...packed(samples)],
        [mark, ...say('play 1601'), ...frames(new Uint8Array(samples.buffer))],
      ]),
    );
    for (const [i, samples] of all.entries()) {
      const [inPacks, plain] = [parts[1 + 2 * i]!, parts[2 + 2 * i]!];
      expect(soundOf(inPacks)).toEqual(samples);
      expect(scores(inPacks)).toEqual(scores(plain));
      expect(scores(plain).length).toBeGreaterThan(0);
      expect(briefs(inPacks).at(-1)).toBe('end 1601');
    }
  });

  test('a frame that comes damaged, twice, or too early is not taken', async () => {
    const samples = Int16Array.from({ length: 1200 }, (_, i) => SOUNDS['a tone'](i));
    const steps = packed(samples);
    const damaged = `${steps[2]!.slice(0, 200)}00${steps[2]!.slice(202)}`;
    const [, said] = await run({}, say('audio on'), mark, say('play 1200 packed'), [
      steps[4]!,
      'd',
      ...steps.slice(0, 2),
      damaged,
      'd',
      steps[0]!,
      'd',
      ...steps.slice(2),
    ]);
    expect(soundOf(said!)).toEqual(samples);
    expect(count(said!, 'fault bad-frame')).toBe(1);
    expect(briefs(said!).at(-1)).toBe('end 1200');
  });

  test('more samples than there is room for, and whatever else: only what has room is taken', async () => {
    // Ones and zeros by themselves, every order, codes that never end.
    const payloads = [0x00, 0x10, 0x1f, 0x20, 0x30, 0x3f, 0xf0, 0xff].flatMap((head) =>
      [0x00, 0x55, 0xff].map((fill) => new Uint8Array(512).fill(fill).fill(head, 0, 1)),
    );
    const short = [1, 2, 3, 4].map((length) => new Uint8Array(length).fill(0x10));
    const [, said, after] = await run(
      {},
      mark,
      say('play open packed'),
      [...payloads, ...short].flatMap((payload, i) => [frame(i, payload), 'd']),
      say('stop'),
      mark,
      say('play 1000'),
      frames(noise(1000, 5)),
    );
    expect(count(said!, 'ok stop')).toBe(1);
    expect(said!.filter(({ t }) => t === 'end')).toHaveLength(1);
    expect(briefs(after!).at(-1)).toBe('end 1000');
  });
});

describe('settings while it runs', () => {
  test.each([
    ['window 0 1', 'ok window'],
    ['window 0 50', 'ok window'],
    ['window 0 51', 'fault bad-command'],
    ['window 0 0', 'fault bad-command'],
    ['window 9 1', 'fault bad-command'],
    ['refractory 0 65535', 'ok refractory'],
    ['refractory 0 65536', 'fault bad-command'],
    ['gain 80', 'ok gain'],
    ['gain 81', 'fault bad-command'],
    ['audio loud', 'fault bad-command'],
  ])('%s: %s', async (line, expected) => {
    const [, answers] = await run({ mic: 'works' }, 'd', mark, say(line));
    expect(briefs(answers!)).toEqual([expected]);
  });

  test('without a microphone there is no gain', async () => {
    const [, answers] = await run({}, 'd', mark, say('gain 1'));
    expect(briefs(answers!)).toEqual(['fault bad-command']);
  });

  test('a window of one is the newest inference alone, after a reset, too', async () => {
    const clip = [...say('play 2000'), ...frames(boardNoise(2000, 132))];
    const [, before, after] = await run(
      {},
      mark,
      clip,
      say('window 0 1', 'cutoff 0 255', 'reset'),
      mark,
      clip,
    );
    const own = (part: readonly Said[]) => part.filter((one) => one.t === 'score');
    expect(own(after!).map(({ q }) => q)).toEqual(own(before!).map(({ q }) => q));
    for (const { q, p } of own(after!))
      expect(p).toEqual(q.map((value) => Math.round(((value + 128) / 255) * 10_000) / 10_000));
    expect(own(before!).map(({ p }) => p)).not.toEqual(own(after!).map(({ p }) => p));
  });

  test('a long refractory time keeps later detections away', async () => {
    const clip = [...say('play 16000'), ...frames(boardNoise(16_000, 132))];
    const set = say('cutoff 0 100');
    const [, before, after] = await run({}, set, mark, clip, say('refractory 0 60000'), mark, clip);
    expect(count(before!, 'detect')).toBeGreaterThan(1);
    expect(count(after!, 'detect')).toBe(1);
  });
});

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
});

describe('actions', () => {
  const pins = (part: readonly Said[]) =>
    part.flatMap((one) => {
      if (one.t === 'pin') return [`${one.name ?? one.pin}=${one.level}`];
      if (one.t === 'detect') return [`heard ${one.label}`];
      return one.t === 'noise' ? [one.text] : [];
    });

  test('pins have their levels from the start', async () => {
    const [start] = await run({ actions: 1 }, 'd');
    expect(pins(start!)).toEqual(['5=0', 'LAMP=0', '7=1']);
  });

  test('they come before the line, and pulses end in their time', async () => {
    // By this noise the models of memory decide once.
    const clip = [...say('play 1000'), ...frames(boardNoise(1000, 132))];
    const wait = ['t 20000', 'p 1', 't 230000', 'p 1', mark, 't 90000', 'p 1', mark];
    const end = ['t 250000', 'p 1', 't 1000000', 'p 1', 't 1000000', 'p 1', mark];
    const [, heard, soon, later, last] = await run({ actions: 1 }, mark, clip, mark, wait, end);
    expect(pins(heard!)).toEqual(['5=1', 'LAMP=1', 'said: two', 'heard something "quoted"']);
    expect(pins(soon!)).toEqual([]);
    expect(pins(later!)).toEqual(['5=0']);
    expect(pins(last!)).toEqual(['5=1', '5=0']);
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

  test('a frame before its turn, older copies, a damaged one, half a sample', async () => {
    const sound = noise(400, 1);
    const damaged = Buffer.from('0210', 'hex');
    const [, answers] = await run(
      {},
      mark,
      say('play 400'),
      [frame(1, sound.subarray(0, 10)), 'd', frame(0, sound.subarray(0, 501)), 'd'],
      [frame(0, sound.subarray(0, 501)), 'd', frame(255, sound.subarray(0, 9)), 'd'],
      [step.bytes(Buffer.concat([damaged, Buffer.from(RESYNCHRONISE)])), 'd'],
      [frame(1, sound.subarray(501)), 'd'],
    );
    expect(briefs(answers!).filter((one) => !['score', 'detect'].includes(one))).toEqual([
      'ok play',
      'credit 0',
      'credit 0 resend',
      'credit 1',
      'credit 1',
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

describe('outputs become probabilities as their scale says, the same on the host', () => {
  const shown = (p: number) => Math.floor((p * 20_000 + 255) / 510) / 10_000;
  test.each([
    ['int8', 1 / 256, -128],
    ['uint8', 1 / 256, 0],
    ['uint8', 1 / 200, 10],
    ['uint8', 0.0123, 77],
    ['int8', 0.0901, -40],
    ['int8', 0.0014, 127],
  ] as const)('%s, scale %d, zero point %i', async (type, scale, zeroPoint) => {
    const format = outputFormat({
      type,
      quantization: { scales: [scale], zeroPoints: [zeroPoint], axis: 0 },
    });
    const lowest = type === 'int8' ? -128 : 0;
    const board: MemoryBoard = { type, zero: zeroPoint - lowest, multiplier: format.multiplier };
    const [said] = await run(board, say('play 16000'), frames(noise(SECOND, 5)));
    let before: readonly number[] | undefined;
    let compared = 0;
    for (const event of said!) {
      if (event.t === 'detect') before = undefined;
      if (event.t !== 'score') continue;
      const now = event.q.map((value) => probabilityByte(format, value));
      // The detector's window is of two.
      expect(event.p).toEqual(now.map((p, i) => shown(before === undefined ? p : (p + before[i]!) / 2)));
      before = now;
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });
});

describe('the order of features in an input', () => {
  const spec = FRONTEND_PRESETS['micro-wake-word'];
  /** The driver's models: two bytes of a hash of the input and of how often it has run. */
  const outputs = (input: Uint8Array, run: number): number[] => {
    const start = (2166136261 + run) >>> 0;
    const hash = input.reduce((sum, byte) => Math.imul(sum ^ byte, 16777619) >>> 0, start);
    return [(hash >>> 8) & 255, (hash >>> 16) & 255];
  };
  test.each([
    ['int8', 0],
    ['int8', 1],
    ['uint8', 1],
    ['float32', 0],
    ['float32', 1],
  ] as const)('%s, transposed %i: what the host makes of it', async (type, isTransposed) => {
    const pcm = noise(SECOND, 9);
    const [said] = await run({ type, transposed: isTransposed }, say('play 16000'), frames(pcm));
    const features = createMicroFrontend(spec).push(new Int16Array(pcm.buffer));
    const scores = said!.filter((one) => one.t === 'score');
    expect(scores.length).toBeGreaterThan(20);
    for (const [i, { n, q }] of scores.entries()) {
      const window = features.slice(2 * i, 2 * i + 4);
      const values = modelInput(spec, window, { type });
      const ordered = isTransposed === 1 ? transposed(values, spec.channels) : values;
      const bytes = outputs(new Uint8Array(ordered.buffer, ordered.byteOffset, ordered.byteLength), n);
      const shown = (byte: number) =>
        type === 'float32'
          ? probabilityByte(outputFormat({ type }), Math.fround(byte / 255))
          : type === 'int8'
            ? (byte << 24) >> 24
            : byte;
      expect(q, `${n}`).toEqual(bytes.map(shown));
    }
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

  test('that is too loud at the start is a fault, told once, and again to who asks for it', async () => {
    const loud = (times: number) => Array.from({ length: times }, () => ['l 160', 'd']).flat();
    const faults = (said: Parameters<typeof count>[0]) => count(said, 'fault clipping');
    const [quiet] = await run({ mic: 'works' }, 'd', listen(2, 1), 'l 100', 'd');
    expect(faults(quiet!)).toBe(0);
    const [said, again] = await run({ mic: 'works' }, 'd', loud(20), mark, say('mic'), loud(20));
    expect([faults(said!), faults(again!)]).toEqual([1, 1]);
    const [later] = await run({ mic: 'works' }, 'd', listen(5, 1), loud(20));
    expect(faults(later!)).toBe(0);
  });

  test('that does not start is a fault with its reason, also when it is asked for again', async () => {
    const [said, again] = await run({ mic: 'fails' }, 'd', mark, say('mic'));
    expect(said!.at(-1)).toMatchObject({ code: 'microphone', message: 'The microphone does not answer.' });
    expect(briefs(again!)).toEqual(['fault microphone', 'ok mic']);
  });

  test('of which samples are lost now and then is a fault, once each time', async () => {
    const [said, since, anew] = await run(
      ...([{ mic: 'works' }, 'd', 'm 5000 1', 'd', listen(1, 9), 'm 5000 1', 'd', mark] as const),
      ...[say('stats'), mark, say('reset'), say('stats')],
    );
    expect(count(said!, 'fault overrun')).toBe(2);
    // Every reset counts anew: a host that adds up clips counts none of them twice.
    expect(since!.at(-1)).toMatchObject({ overruns: expect.toSatisfy((lost) => lost > 0) });
    expect(anew!.at(-1)).toMatchObject({ overruns: 0 });
  });

  test('of which samples are lost all the time is a fault, too, but not in every line', async () => {
    // During each inference, due every 20 ms, come 100 ms of sound: the ring is never empty again.
    const rounds = Array.from({ length: 400 }, () => ['p 1', 't 50000']).flat();
    const [said] = await run({ mic: 'works', late: 1600 }, 'm 1000 1', rounds);
    const faults = count(said!, 'fault overrun');
    expect(faults).toBeGreaterThanOrEqual(2);
    expect(faults).toBeLessThanOrEqual(25);
  });

  // An inference is due every 20 ms.
  test.each([
    ['in 15 ms', 15_000, [0, 0], [15_000, 16_000]],
    ['in 25 ms', 25_000, [10, 200], [40_000, 1_000_000]],
  ])('whose inferences are done %s: steps that are late, and by how much', async (_, ticks, late, behind) => {
    const sound = [mark, 'm 5000 1', 'd', 'm 960 2', 'd', ...say('stats')];
    const clip = [mark, ...say('reset', 'play 3200'), ...frames(noise(3200, 3))];
    const [, heard, played] = await run({ mic: 'works', ring: 8192 }, `k ${ticks}`, 'd', sound, clip);
    const stats = heard!.at(-1) as Said & { t: 'stats' };
    const end = played!.find(({ t }) => t === 'end') as Said & { t: 'end' };
    const within = (value: number | undefined, [least, most]: number[]) =>
      value! >= least! && value! <= most!;
    expect({ stats, late: within(stats.late, late), behind: within(stats.behind, behind) }).toEqual({
      stats,
      late: true,
      behind: true,
    });
    expect(within(end.late, late)).toBe(true);
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

describe('models whose window slides', () => {
  const advanced = (said: readonly Said[]) =>
    said.filter((one) => one.t === 'noise' && one.text === 'advanced').length;

  test('see the first window as a whole, then hops, and give the same', async () => {
    const script = [...say('play 8000'), ...frames(noise(8000, 5))];
    const [whole] = await run({}, script);
    const [hops] = await run({ advance: 2 }, script);
    const scores = count(whole!, 'score');
    expect(scores).toBeGreaterThan(15);
    expect(advanced(hops!)).toBe(scores - 1);
    expect(briefs(hops!).filter((one) => !one.startsWith('noise'))).toEqual(briefs(whole!));
  });

  test('begin anew after a reset, a pushed tensor and a failure', async () => {
    const play = [...say('play 2000'), ...frames(noise(2000, 5))];
    const pushed = [...say(`input 0 ${INPUT}`), ...frames(noise(INPUT / 2, 6))];
    const parts = await run({ advance: 2 }, play, mark, play, mark, pushed, pushed, mark, play);
    const counts = parts.map(advanced);
    expect(counts[0]).toBeGreaterThan(2);
    expect(counts).toEqual([counts[0], counts[0], 0, counts[0]]);
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
