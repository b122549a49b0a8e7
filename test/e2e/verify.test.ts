/**
 * The proof, proved: it passes where nothing is wrong, and finds every fault that is planted in the rendered project at
 * the stage where it lies.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { loadProject } from '../../src/project/load.js';
import type { LoadedProject } from '../../src/project/resolve.js';
import type { ProofClip } from '../../src/proof/prove.js';
import type { ProofDifference } from '../../src/proof/types.js';
import { proofNumbers, type VerifyOptions, verifyBoard } from '../../src/proof/verify.js';
import { type AimOptions, aimAt } from '../../src/targets/aim.js';
import { realStages } from '../../src/targets/real-stages.js';
import type { Stages } from '../../src/targets/stages.js';
import { root } from '../support/native.js';
import { describeWithToolchain } from './platform-support.js';

let folder: string;
let project: LoadedProject;
let clip: ProofClip;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kws verify '));
  cpSync(join(root, 'examples', 'chirp'), join(folder, 'chirp'), { recursive: true });
  project = await loadProject(join(folder, 'chirp'));
  clip = { name: 'chirp.wav', samples: await loadClip(join(folder, 'chirp', 'chirp.wav'), 16_000) };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is changed in a file of the rendered project. */
type Fault = readonly [file: string, from: string | RegExp, to: string];

function planting(faults: readonly Fault[]): Stages {
  const stages = realStages();
  return {
    ...stages,
    async write(firmware, into, tell) {
      await stages.write(firmware, into, tell);
      for (const [file, from, to] of faults) {
        const text = readFileSync(join(into, file), 'utf8');
        const changed = text.replace(from, to);
        expect(changed, `${file} has ${from}`).not.toBe(text);
        writeFileSync(join(into, file), changed);
      }
    },
  };
}

interface Run extends AimOptions, Pick<VerifyOptions, 'serial'> {
  readonly faults?: readonly Fault[];
}

async function run({ faults = [], serial = false, ...at }: Run) {
  const aim = aimAt(project, at);
  expect(proofNumbers(aim).captureRate).toBe(16_000);
  const into = join(folder, aim.board.id);
  return verifyBoard(aim, [clip], { folder: into, serial }, planting(faults));
}

const CONFIG = 'src/kws_config.cpp';
const MODEL = 'src/model_chirp.cpp';
const FRONTEND = 'lib/kws_frontend/src/micro/micro_frontend.cpp';

/** A number of an array, the first one behind `skip` others. */
const entry = (array: string, skip: number) =>
  new RegExp(`(${array}\\[\\d+\\] = \\{\\s*(?:-?\\d+,\\s*){${skip}})(-?\\d+)`);

type Wanted = Partial<Omit<ProofDifference, 'cause'>>;

const FAULTS: readonly (readonly [string, readonly Fault[], Wanted, kind: string, text: RegExp])[] = [
  [
    'an entry of a front-end table',
    [[CONFIG, entry('frontend_tables_shares', 200), '$12345']],
    { stage: 'frame', number: expect.any(Number), index: expect.any(Number) },
    'front-end-table',
    /shares\[200\] is 2345, generated was \d+$/,
  ],
  [
    'a weight',
    [[MODEL, entry('operator_1_filter', 40), '$1-101']],
    {
      stage: 'operator',
      model: 'chirp',
      number: expect.any(Number),
      operator: { index: 1, kind: 'CONV_2D', output: 0 },
    },
    'weights',
    /operator 1 filter\[40\] is -101, generated was -?\d+$/,
  ],
  [
    'a bias',
    [[MODEL, entry('operator_2_bias', 1), '$1-21000']],
    {
      stage: 'operator',
      operator: { index: 2, kind: 'FULLY_CONNECTED', output: 0 },
      number: expect.any(Number),
      index: 1,
    },
    'weights',
    /operator 2 bias\[1\] is -21000, generated was -21798$/,
  ],
  [
    'a shift in one kernel',
    [['lib/kws_kernels/src/portable/kws_softmax_s8.cpp', /input_left_shift/g, 'input_left_shift + 1']],
    { stage: 'operator', operator: { index: 3, kind: 'SOFTMAX', output: 0 } },
    'kernel',
    /softmax_s8/,
  ],
  [
    'a dropped sample',
    [
      [
        'lib/kws_app/src/app.cpp',
        '    pipeline_.consume(chunk, count);',
        '    const size_t lost = pipeline_.samples() == 10240 ? 1 : 0;\n    pipeline_.consume(chunk + lost, count - lost);',
      ],
    ],
    { stage: 'samples', number: 40, index: expect.any(Number) },
    'dropped-samples',
    /^1 sample dropped/,
  ],
  [
    'channels that have changed places',
    [
      [
        FRONTEND,
        '  stage_done(5);',
        '  const uint16_t other = frame_[7];\n  frame_[7] = frame_[9];\n  frame_[9] = other;\n  stage_done(5);',
      ],
    ],
    { stage: 'frame', index: 7, differing: 2, of: 40 },
    'channel-order',
    /Channels 7 and 9/,
  ],
  [
    'another cutoff',
    [[CONFIG, '/*cutoff*/ 204', '/*cutoff*/ 120']],
    { stage: 'decision', model: 'chirp', host: null },
    'cutoff',
    /below the cutoff 0\.8 of the project/,
  ],
  [
    'another model, which the hello names',
    [[CONFIG, /\/\*sha256\*\/ "[0-9a-f]{64}"/, `/*sha256*/ "${'5a'.repeat(32)}"`]],
    { stage: 'firmware', model: 'chirp', board: '5a5a5a5a5a5a' },
    'other-model',
    /another model in the place of chirp/,
  ],
  [
    'another model that calls itself the same',
    [1, 2].flatMap((op) =>
      ['filter', 'bias', 'multipliers'].map(
        (what): Fault => [MODEL, entry(`operator_${op}_${what}`, 0), '$177'],
      ),
    ),
    { stage: 'operator', operator: { index: 1, kind: 'CONV_2D', output: 0 } },
    'other-model',
    /Another model of the same shape/,
  ],
  [
    'another version of the tool',
    [[CONFIG, /\/\*tool_version\*\/ "[^"]*"/, '/*tool_version*/ "0.0.7"']],
    { stage: 'firmware', board: '0.0.7' },
    'tool-version',
    /Another version of kws-gen/,
  ],
  [
    'an entry that no value of the clip needs',
    [[CONFIG, entry('frontend_tables_gain_lut', 124), '$177']],
    { stage: 'constant', constant: 'front end gain_lut', index: 124, board: 77 },
    'front-end-table',
    /not what was generated/,
  ],
];

describeWithToolchain('verify', () => {
  test.each([
    { board: 'native' },
    { board: 'native', serial: true },
    { board: 'virtual-cortex-m4' },
    { board: 'virtual-cortex-m4', serial: true },
    { board: 'arduino-nano-rp2040-connect', emulate: true },
  ])('passes on $board, serial: $serial', async (at) => {
    const report = await run(at);
    const counts = Object.fromEntries(report.stages.map(({ stage, compared }) => [stage, compared]));
    expect(report).toMatchObject({ equal: true, clips: 1, through: at.serial ? 'serial' : 'memory' });
    expect(report.difference).toBeUndefined();
    expect(counts).toMatchObject({
      input: counts.output,
      operator: 4 * counts.output!,
      smoothed: counts.output,
    });
    expect(Math.min(counts.frame!, counts.output!, counts.constant!, counts.decision!)).toBeGreaterThan(10);
  });

  test.each(FAULTS)('finds %s', async (_, faults, wanted, kind, text) => {
    const { equal, difference } = await run({ board: 'native', faults });
    expect(equal).toBe(false);
    expect(difference).toMatchObject({ ...wanted, cause: { kind, text: expect.stringMatching(text) } });
  });

  test('finds a weight over the serial line, with the same place and values', async () => {
    const [, faults] = FAULTS[1]!;
    const [memory, serial] = [
      await run({ board: 'native', faults }),
      await run({ board: 'native', faults, serial: true }),
    ];
    expect(serial.difference).toEqual(memory.difference);
    expect(serial.difference).toMatchObject({ stage: 'operator', cause: { kind: 'weights' } });
  });
});
