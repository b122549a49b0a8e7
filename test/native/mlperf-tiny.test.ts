/** The commands of the MLPerf Tiny benchmark, on a board of memory: every answer, and what is refused. */
import { beforeAll, describe, expect, test } from 'vitest';
import { brief, buildApp, INPUT, type MemoryBoard, noise, runApp, type Said, step } from './app.js';

let executable: string;
beforeAll(async () => {
  executable = await buildApp();
});

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const command = (...texts: string[]) =>
  texts.flatMap((text) => [step.bytes(Buffer.from(`${text}%`, 'latin1')), 'd']);
/** An input, 31 bytes at a time as the runner sends them. */
const load = (bytes: Uint8Array): string[] => {
  const parts = Array.from({ length: Math.ceil(bytes.length / 31) }, (_, i) =>
    hex(bytes.subarray(31 * i, 31 * i + 31)),
  );
  return command(`db load ${bytes.length}`, ...parts.map((part) => `db ${part}`));
};
/** What was said, without how long things took. */
const texts = (part: readonly Said[]) =>
  part.map((said) => (said.t === 'noise' ? said.text.replace(/^(m-lap-us)-\d+$/, '$1') : brief(said)));

async function answers(board: MemoryBoard, ...script: readonly string[][]): Promise<string[]> {
  const [, said] = await runApp(executable, { mlperf: 1, ...board }, ['d', step.mark, ...script.flat()]);
  return texts(said!);
}

const bytes = (count: number, seed: number) => noise(count / 2, seed);
const ready = 'm-ready';
const ran = (times: number, warmups: number, results: string) => [
  ...[`m-warmup-start-${warmups}`, 'm-warmup-done', `m-infer-start-${times}`, 'm-lap-us', 'm-lap-us'],
  ...['m-infer-done', results, ready],
];

/** The driver's model: two bytes of a hash of the input and of how often it has run since its reset. */
const outputs = (input: Uint8Array, run: number): string => {
  const hash = input.reduce((sum, byte) => Math.imul(sum ^ byte, 16777619) >>> 0, (2166136261 + run) >>> 0);
  return `m-results-[${[8, 16].map((shift) => (((hash >>> shift) << 24) >> 24).toFixed(3)).join(',')}]`;
};

describe('answers', () => {
  test('the start: the protocol’s hello, then what a runner waits for', async () => {
    const [said] = await runApp(executable, { mlperf: 1 }, ['d']);
    expect(texts(said!)).toEqual([
      'hello',
      'm-timestamp-mode-performance',
      ...['m-lap-us', 'm-init-done', ready],
    ]);
  });

  test.each<[string, string[]]>([
    ['name', ['m-name-dut-[memory]']],
    ['profile', ['m-profile-[ULPMark for tinyML Firmware V0.0.1]', 'm-model-[kws01]']],
    ['timestamp', ['m-lap-us']],
    ['db load 160', ['m-[Expecting 160 bytes]']],
    ['db load 159', ['e-[db load: the input has 160 bytes]']],
    ['db load 99999999999999999999', ['e-[db load: the input has 160 bytes]']],
    ['db load', ['e-[db load: the input has 160 bytes]']],
    ['db', ['e-[db: load, print, or bytes in hex]']],
    ['db 00', ['e-[db: load comes first]']],
    ['db print', []],
    ['db print x', ['e-[db print: the numbers of bytes and of the first one]']],
    ['infer', ['e-[infer: no input was loaded]']],
    ['infer 0', ['e-[infer: the number of inferences is 1 to 65535]']],
    ['infer 65536', ['e-[infer: the number of inferences is 1 to 65535]']],
    ['infer 1 -1', ['e-[infer: the number of warm-ups is 0 to 65535]']],
    ['results', ['e-[results: nothing was inferred]']],
    ['nonsense', ['e-[Unknown command: nonsense]']],
    ['', ['e-[Unknown command: ]']],
    [`name ${'x'.repeat(80)}`, ['e-[a command has at most 80 characters]']],
  ])('%s', async (text, expected) => {
    expect(await answers({}, command(text))).toEqual([...expected, ready]);
  });

  test('help names every command', async () => {
    const said = (await answers({}, command('help'))).join('\n');
    for (const word of ['name', 'profile', 'timestamp', 'results', 'db load N', 'db print', 'infer'])
      expect(said).toContain(word);
  });

  test('a timestamp goes on where the counter of 32 bits wraps', async () => {
    const wait = (ticks: number) => [`t ${ticks}`, 'p 1'];
    const script = [...wait(3e9), ...wait(3e9), ...command('timestamp')];
    const [said] = await runApp(executable, { mlperf: 1 }, script);
    const laps = said!.flatMap((one) => (one.t === 'noise' ? [/^m-lap-us-(\d+)$/.exec(one.text)?.[1]] : []));
    const [first, last] = laps.filter((lap) => lap !== undefined).map(Number);
    expect(last! - first!).toBeGreaterThan(5.9e9);
    expect(last! - first!).toBeLessThan(6.1e9);
  });
});

describe('an input', () => {
  const input = bytes(INPUT, 3);

  test('is loaded in pieces, kept for every inference, and its results are the last one’s', async () => {
    const said = await answers({}, load(input), command('infer 3 2', 'infer 1 0', 'results'));
    expect(said).toEqual([
      'm-[Expecting 160 bytes]',
      ...Array<string>(6).fill(ready),
      ...['m-load-done', ready],
      ...ran(3, 2, outputs(input, 3)),
      ...ran(1, 0, outputs(input, 1)),
      ...[outputs(input, 1), ready],
    ]);
  });

  test('without numbers: one inference after ten', async () => {
    const said = await answers({}, load(input), command('infer'));
    expect(said.slice(-8)).toEqual(ran(1, 10, outputs(input, 1)));
  });

  test('is printed, from where and as far as asked', async () => {
    const printed = (from: number, to: number) =>
      `m-buffer-${hex(input.slice(from, to)).replace(/..(?=.)/g, '$&-')}`;
    const said = await answers(
      {},
      load(input),
      command('db print 10', 'db print 99999 156', 'db print 1 160'),
    );
    expect(said.slice(-6)).toEqual([
      ...[printed(0, 8), printed(8, 10), ready],
      ...[printed(156, 160), ready, ready],
    ]);
  });

  test('with wrong digits takes none of that command’s bytes; too many are passed over', async () => {
    const said = await answers({}, command('db load 160', 'db 012', 'db 0x', 'db 01zz'), [
      ...load(input).slice(2),
      ...command('infer 1 0', 'db 00'),
    ]);
    const [first, ...rest] = said.filter((text) => text !== ready);
    expect(first).toBe('m-[Expecting 160 bytes]');
    expect(rest.slice(0, 3)).toEqual([
      'e-[db: an odd number of hex digits]',
      ...Array<string>(2).fill('e-[db: not a hex digit]'),
    ]);
    expect(rest.slice(-2)).toEqual([outputs(input, 1), 'e-[db: load comes first]']);
  });

  test('of floats', async () => {
    const floats = new Uint8Array(4 * INPUT).fill(1);
    const said = await answers({ type: 'float32' }, load(floats), command('infer 1 0'));
    const hash = floats.reduce((sum, byte) => Math.imul(sum ^ byte, 16777619) >>> 0, (2166136261 + 1) >>> 0);
    const real = (shift: number) =>
      Math.trunc(Math.fround(Math.fround(((hash >>> shift) & 255) / 255) * 1000));
    expect(said.at(-2)).toBe(
      `m-results-[${[8, 16].map((shift) => (real(shift) / 1000).toFixed(3)).join(',')}]`,
    );
  });

  test('for a model that fails', async () => {
    const said = await answers({}, load(input), ['f 2'], command('infer 5 0', 'results'));
    expect(said.slice(-6)).toEqual(
      [
        'm-infer-start-5',
        ...['m-lap-us', 'm-lap-us', 'e-[the model failed]', ready],
        ...['e-[results: nothing was inferred]', ready],
      ].slice(-6),
    );
  });
});

describe('beside the protocol', () => {
  test('the microphone is shut out until it is asked for again', async () => {
    const hear = Array.from({ length: 50 }, (_, i) => [`m 160 ${i + 1}`, 'd']).flat();
    const script = [...command('name'), ...hear, step.mark, ...step.say('mic'), ...hear];
    const [, , quiet, after] = await runApp(executable, { mlperf: 1, mic: 'works' }, [
      ...['d', step.mark, ...hear, step.mark],
      ...script,
    ]);
    expect(texts(quiet!)).toEqual(['m-name-dut-[memory]', ready]);
    expect(after!.filter(({ t }) => t === 'score').length).toBeGreaterThan(10);
  });

  test('a command of one language in the middle of the other’s', async () => {
    const said = await answers({}, [
      step.bytes(Buffer.from('hel')),
      ...command('name'),
      ...step.say('lo', 'hello'),
    ]);
    expect(said).toEqual(['e-[Unknown command: helname]', ready, 'fault bad-command', 'hello']);
    const other = await answers({}, [
      step.bytes(Buffer.from('na')),
      ...step.say('', 'hello'),
      ...command('name'),
    ]);
    expect(other).toEqual(['fault bad-command', 'hello', 'm-name-dut-[memory]', ready]);
  });

  test('percent signs in a frame are audio', async () => {
    const percents = new Uint8Array(400).fill('%'.charCodeAt(0));
    const said = await answers({}, [...step.say('play 200'), ...step.frames(percents)]);
    expect(said.filter((text) => /^(end|e-|m-)/.test(text))).toEqual(['end 200']);
  });

  test('a model that could not be prepared', async () => {
    expect(await answers({ prepares: 0 }, command('name'))).toEqual(['fault model']);
  });
});
