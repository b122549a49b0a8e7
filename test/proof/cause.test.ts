/** Reasons that are concluded from values alone, and the text of a proof. */
import { describe, expect, test } from 'vitest';
import { causeOf, type Evidence, shiftOf, swapOf } from '../../src/proof/cause.js';
import { proofLines } from '../../src/proof/lines.js';
import { RecordReader, recordsOf } from '../../src/proof/records.js';
import { testSound } from '../../src/proof/test-sound.js';
import type { ProofReport } from '../../src/proof/types.js';

const wave = Array.from({ length: 400 }, (_, i) => Math.round(1000 * Math.sin(i * i * 0.01)));
const without = (from: number, count: number) => wave.filter((_, i) => i < from || i >= from + count);
const doubled = (at: number) => [...wave.slice(0, at), wave[at]!, ...wave.slice(at)];

describe('shifts', () => {
  test.each([
    ['the same', wave, undefined],
    ['one sample less', without(100, 1), 1],
    ['seven less', without(10, 7), 7],
    ['a block less', without(20, 256), 256],
    ['one twice', doubled(50), -1],
    ['one that is another', wave.map((value, i) => (i === 40 ? value + 1 : value)), undefined],
    ['all of it silence', wave.map(() => 0), undefined],
  ])('%s', (_, board, shift) => expect(shiftOf(wave, board)).toBe(shift));

  test('silence is no evidence of a shift', () =>
    expect(shiftOf(new Array(400).fill(0), new Array(400).fill(1))).toBeUndefined());
});

describe('swaps', () => {
  test.each([
    ['the same', [1, 2, 3, 4], undefined],
    ['two that have changed places', [1, 4, 3, 2], [1, 3]],
    ['three that go round', [2, 3, 1, 4], undefined],
    ['one that is another', [1, 2, 3, 5], undefined],
    ['two that are others', [1, 7, 3, 8], undefined],
  ])('%s', (_, board, swap) => expect(swapOf([1, 2, 3, 4], board)).toEqual(swap));
});

describe('causes', () => {
  const evidence = (more: Partial<Evidence>): Evidence => ({
    stage: 'frame',
    model: 0,
    runtime: 'aot',
    host: [1, 2, 3],
    board: [1, 2, 4],
    constants: { compared: 10, wrong: [], models: [{ wrong: 0, all: 10 }] },
    ...more,
  });
  const table = { name: 'window', index: 3, host: 7, board: 8, differing: 1, entries: 9 };
  const wrong = (of: number | 'front end' | 'resampler', models = [{ wrong: 1, all: 10 }]) => ({
    compared: 10,
    wrong: [{ of, ...table }],
    models,
  });
  const project = { models: [{ name: 'm', model: { operators: [] } }] } as never;
  test.each([
    [{}, 'front-end-code'],
    [{ constants: wrong('front end') }, 'front-end-table'],
    // A wrong weight explains no wrong frame.
    [{ constants: wrong(0) }, 'front-end-code'],
    [{ board: [2, 1, 3] }, 'channel-order'],
    [{ stage: 'samples', host: wave, board: without(9, 1) }, 'dropped-samples'],
    [{ stage: 'samples', host: wave, board: doubled(9) }, 'doubled-samples'],
    [{ stage: 'resampled', constants: wrong('resampler') }, 'front-end-table'],
    [{ stage: 'resampled' }, 'front-end-code'],
    [{ stage: 'input' }, 'input-code'],
    [{ stage: 'operator', constants: wrong(0, [{ wrong: 5, all: 10 }]) }, 'other-model'],
    [{ stage: 'operator', constants: wrong('front end', [{ wrong: 0, all: 10 }]) }, 'kernel'],
    [{ stage: 'operator' }, 'kernel'],
    [{ stage: 'operator', runtime: 'tflm', constants: wrong(0) }, 'weights'],
    [{ stage: 'operator', runtime: 'tflm' }, 'kernel'],
    [{ stage: 'output' }, 'runtime'],
    [{ stage: 'smoothed' }, 'detector'],
  ] as const)('%j: %s', (more, kind) =>
    expect(causeOf(evidence(more as Partial<Evidence>), project).kind).toBe(kind),
  );
});

describe('records', () => {
  const record = (stage: number, data: readonly number[]) => {
    const head = Buffer.alloc(28);
    [stage, 1, 2, 3, 0, 4, data.length].forEach((word, i) => {
      head.writeUInt32LE(word, 4 * i);
    });
    return Buffer.concat([head, Buffer.from(data)]);
  };
  const both = Buffer.concat([record(2, [1, 2, 3]), record(4, [9])]);

  test.each([1, 5, 28, 30, both.length])('in pieces of %i bytes', (size) => {
    const reader = new RecordReader('memory');
    const records = [];
    for (let at = 0; at < both.length; at += size) records.push(...reader.push(both.subarray(at, at + size)));
    expect(records.map(({ stage, offset, data }) => [stage, offset, [...data!]])).toEqual([
      ['frame', 4, [1, 2, 3]],
      ['operator', 4, [9]],
    ]);
  });

  test.each([
    ['an unknown stage', record(99, [1])],
    ['a size that no tensor has', Buffer.from(record(2, []).fill(0xff, 24, 28))],
  ])('%s is trouble with the device', (_, bytes) =>
    expect(() => new RecordReader('memory').push(bytes)).toThrow(/makes no sense/),
  );

  test('digests and values of lines', () => {
    const line = { kws: 1, t: 'trace', m: 0, n: 7 } as const;
    const d = '030001000800000010000000efbeadde';
    expect(recordsOf({ ...line, s: 'operator', d }, '')).toEqual([
      { stage: 'operator', model: 0, number: 7, id: 3, output: 1, offset: 8, bytes: 16, crc: 0xdeadbeef },
    ]);
    const [value] = recordsOf({ ...line, s: 'frame', i: 0, o: 0, at: 2, v: '0102' }, '');
    expect([value!.offset, value!.bytes, [...value!.data!]]).toEqual([2, 2, [1, 2]]);
    expect(recordsOf({ kws: 1, t: 'trace', s: 'done' }, '')).toEqual([]);
    expect(() => recordsOf({ ...line, s: 'elsewhere', d }, '')).toThrow(/makes no sense/);
    expect(() => recordsOf({ ...line, s: 'frame' }, '')).toThrow(/makes no sense/);
  });
});

describe('the report', () => {
  const report: ProofReport = {
    board: 'native',
    runtime: 'aot',
    build: '0123456789ab',
    tool: '0.1.0',
    through: 'serial',
    equal: true,
    clips: 2,
    audioSeconds: 3.25,
    stages: [
      { stage: 'firmware', compared: 1 },
      { stage: 'frame', compared: 1 },
      { stage: 'output', compared: 20 },
    ],
  };
  test('of equality', () =>
    expect(proofLines(report)).toEqual([
      'native computes what the host does, in every bit: 2 clips, 3.3 s',
      'Runtime aot, build 0123456789ab, kws-gen 0.1.0; compared: digests of every value, over the serial line',
      'Equal: 1 frame, 20 outputs',
    ]));
  test('of a difference', () =>
    expect(
      proofLines({
        ...report,
        equal: false,
        difference: {
          stage: 'operator',
          clip: 'a.wav',
          ms: 1230,
          number: 40,
          model: 'm',
          operator: { index: 7, kind: 'CONV_2D', output: 0 },
          index: 12,
          differing: 3,
          of: 64,
          host: -5,
          board: 9,
          cause: { kind: 'kernel', text: 'the reason' },
        },
      })
        .slice(0, 1)
        .concat(
          proofLines({
            ...report,
            equal: false,
            difference: {
              stage: 'firmware',
              host: 'a',
              board: null,
              cause: { kind: 'unknown', text: 'why' },
            },
          }).slice(-3),
        ),
    ).toEqual([
      'native does not compute what the host does. The first that differs: an operator',
      'Where: the board’s hello',
      'Host: a, board: nothing',
      'Likely cause: why',
    ]));
});

test('made-up sound is the same every time, has every loudness, and reaches full scale', () => {
  const sound = testSound(16_000);
  expect(sound.length).toBe(64_000);
  expect(testSound(16_000)).toEqual(sound);
  const loudest = (from: number) => Math.max(...sound.subarray(from, from + 3_000).map(Math.abs));
  expect(Math.max(...sound)).toBe(32_767);
  expect(loudest(1_000)).toBeLessThan(1_000);
});
