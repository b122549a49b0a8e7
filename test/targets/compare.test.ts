/** The verdict: every value of every line counts, and says where it is. */
import { expect, test } from 'vitest';
import { deviceLines } from '../../src/evaluate/device/lines.js';
import type { DeviceReport } from '../../src/evaluate/device/types.js';
import { compare, total } from '../../src/targets/compare.js';
import type { Said } from '../../src/targets/said.js';

type Score = Said['scores'][number];
type Detection = Said['detections'][number];

const score = (n: number, over: Partial<Score> = {}): Score => ({
  kws: 1,
  t: 'score',
  m: 'm',
  n,
  ms: 1000 + 20 * n,
  q: [-n],
  p: [n / 100],
  ...over,
});
const detection = (over: Partial<Detection> = {}): Detection => ({
  kws: 1,
  t: 'detect',
  m: 'm',
  label: 'yes',
  ms: 1040,
  p: 0.9,
  ...over,
});
const HOST: Said = { scores: [score(1), score(2), score(3)], detections: [detection()] };
const PLACE = { clip: 'a.wav', offsetMs: 1000 };
const with2 = (over: Partial<Score>): Said => ({ ...HOST, scores: [score(1), score(2, over), score(3)] });

const ROWS: readonly (readonly [string, Said, readonly number[], readonly number[], boolean])[] = [
  ['the same', HOST, [3, 3], [1, 1], true],
  ['another output', with2({ q: [5] }), [3, 2], [1, 1], false],
  ['another mean', with2({ p: [0.5] }), [3, 2], [1, 1], true],
  ['another time', with2({ ms: 1041 }), [3, 2], [1, 1], true],
  ['an output too many', with2({ q: [-2, 0] }), [3, 2], [1, 1], false],
  ['another model', with2({ m: 'other' }), [4, 2], [1, 1], false],
  ['a score too few', { ...HOST, scores: [score(1), score(3)] }, [3, 2], [1, 1], false],
  ['a score too many', { ...HOST, scores: [...HOST.scores, score(4)] }, [4, 3], [1, 1], false],
  ['a score twice', { ...HOST, scores: [...HOST.scores, score(3)] }, [4, 3], [1, 1], false],
  ['nothing detected', { ...HOST, detections: [] }, [3, 3], [1, 0], true],
  ['another label', { ...HOST, detections: [detection({ label: 'no' })] }, [3, 3], [2, 0], true],
  ['detected later', { ...HOST, detections: [detection({ ms: 1060 })] }, [3, 3], [2, 0], true],
  ['detected less surely', { ...HOST, detections: [detection({ p: 0.8999 })] }, [3, 3], [1, 0], true],
];

test.each(ROWS)('%s', (_, board, inferences, detections, outputsEqual) => {
  const result = compare(HOST, board, PLACE);
  expect([result.inferences.compared, result.inferences.equal]).toEqual(inferences);
  expect([result.detections.compared, result.detections.equal]).toEqual(detections);
  expect(result.outputsEqual).toBe(outputsEqual);
  const differ = inferences[0]! - inferences[1]! + detections[0]! - detections[1]!;
  expect(result.differences).toHaveLength(differ);
  expect(total([result]).equal).toBe(differ === 0);
});

test('a difference has its place in the file and both values', () => {
  const { differences } = compare(HOST, { scores: with2({ q: [5] }).scores, detections: [] }, PLACE);
  expect(differences).toEqual([
    {
      clip: 'a.wav',
      ms: 40,
      model: 'm',
      what: 'score',
      host: { n: 2, ms: 1040, q: [-2], p: [0.02] },
      board: { n: 2, ms: 1040, q: [5], p: [0.02] },
    },
    {
      clip: 'a.wav',
      ms: 40,
      model: 'm',
      what: 'detection',
      host: { label: 'yes', ms: 1040, p: 0.9 },
      board: null,
    },
  ]);
});

const reportOf = (board: Said): DeviceReport => ({
  board: 'b',
  build: '0123',
  runtime: 'aot',
  boards: 1,
  clips: 1,
  audioSeconds: 3,
  playedAgain: 0,
  late: null,
  ...total([compare(HOST, board, PLACE)]),
});

test('in text: the verdict first, then what differs and the reason where it is plain', () => {
  expect(deviceLines(reportOf(HOST))).toEqual([
    'The board’s scores equal the host’s: 3 of 3 inferences, 1 of 1 detections in 1 clip',
    'Played to b, runtime aot, build 0123',
  ]);
  const other = deviceLines(reportOf(with2({ q: [5] })));
  expect(other[0]).toBe(
    'The board’s scores differ from the host’s; equal are: 2 of 3 inferences, 1 of 1 detections in 1 clip',
  );
  expect(other.slice(2)).toEqual([
    'a.wav at 0.04 s, score of m: host -2 (mean 0.02, inference 2), board 5 (mean 0.02, inference 2)',
  ]);
  const settings = deviceLines(reportOf({ ...HOST, detections: [] }));
  expect(settings[2]).toMatch(/^All raw outputs are equal.*kws-gen flash/);
  expect(settings[3]).toBe('a.wav at 0.04 s, detection of m: host yes at 0.9, board none');
});

test('clips that were played again are told', () => {
  expect(deviceLines({ ...reportOf(HOST), playedAgain: 2 }).at(-1)).toBe(
    'Lines of the board were lost on their way; clips played again: 2',
  );
});

test('a board that fell behind is told', () => {
  const lines = deviceLines({ ...reportOf(HOST), late: 3 });
  expect(lines.at(-1)).toMatch(/^The board fell behind: 3 steps of features were done only when/);
  expect(deviceLines({ ...reportOf(HOST), late: 0 })).toHaveLength(2);
});

test('many differences are counted, and the first of them shown', () => {
  const scores = Array.from({ length: 1200 }, (_, i) => score(i + 1));
  const host = { scores, detections: [] };
  const board = { scores: scores.map((one) => ({ ...one, q: [1] })), detections: [] };
  const result = total([compare(host, board, PLACE), compare(host, board, { ...PLACE, clip: 'b.wav' })]);
  expect(result.inferences).toEqual({ compared: 2400, equal: 0 });
  expect(result.differences).toHaveLength(1000);
  const lines = deviceLines({ ...reportOf(HOST), ...result });
  expect(lines.at(-1)).toBe('and 2390 more (--json lists up to 1000)');
});
