/** What is reported of a quantized model: noise, agreement, worst clips, warnings; as a table and as a page. */
import { describe, expect, test } from 'vitest';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { describedModel } from '../../src/model/builder.js';
import type { Model } from '../../src/model/types.js';
import { agreementOf, agrees, worstClips } from '../../src/quantize/report/agreement.js';
import { reportPage } from '../../src/quantize/report/html.js';
import { asTensor } from '../../src/quantize/report/measure.js';
import { computing, reportLines } from '../../src/quantize/report/table.js';
import type { OperatorReport, OutputPair } from '../../src/quantize/report/types.js';
import { sameAnswerProblem, stretched, usualCodes } from '../../src/quantize/report/warnings.js';
import { quantizing, type RunOptions, requireFloat, runQuantizer } from '../../src/quantize/run.js';
import type { CalibrationSet } from '../../src/quantize/sources/types.js';
import { withPauses } from '../../src/quantize/steps.js';
import { createEngine } from '../../src/reference/engine.js';
import { escapeHtml } from '../../src/report/html.js';
import { cnn, dense } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';
import { normal, streamModel, windowModel } from './report-models.js';

/** Clips of smooth features, 0…20, as a front end gives them. */
function clips(count: number, size: number, inputs = 1, seed = 1): CalibrationSet {
  const draw = normal(seed);
  const made = Array.from({ length: count }, (_, clip) => ({
    name: `${clip}.wav`,
    inputs: Array.from({ length: inputs }, (_, n) => {
      const [tempo, level] = [2 + Math.abs(draw()), 5 + 3 * draw()];
      return Float32Array.from({ length: size }, (_, i) =>
        Math.max(0, Math.min(26, level + 6 * Math.sin((i / 40 + n) / tempo) + draw())),
      );
    }),
  }));
  return { clips: made, skipped: [], found: count, notes: [] };
}

const named = (set: CalibrationSet) => ({ paths: ['recordings'], set });
const run = (model: Model, set: CalibrationSet, options: RunOptions = {}, held?: CalibrationSet) =>
  runQuantizer(model, named(set), options, held === undefined ? undefined : named(held));

const windowed = describedModel(windowModel(['yes', 'no']));
const stream = describedModel(streamModel());

describe('quantizing', () => {
  const calibration = clips(30, 1960);
  const made = run(
    windowed,
    calibration,
    { frontend: FRONTEND_PRESETS['micro-speech'] },
    clips(5, 1960, 1, 9),
  );

  test('the same bytes every time; others for other clips', () => {
    const again = run(windowed, clips(30, 1960), { frontend: FRONTEND_PRESETS['micro-speech'] });
    expect(again.bytes).toEqual(made.bytes);
    expect(run(windowed, clips(30, 1960, 1, 2)).bytes).not.toEqual(made.bytes);
  });

  test('says after each inference what it is at; an abort ends it between two of them', async () => {
    const options = { frontend: FRONTEND_PRESETS['micro-speech'] };
    const steps = () => quantizing(windowed, named(clips(3, 1960)), options, named(clips(2, 1960)));
    expect([...steps()]).toEqual([
      ...[1, 2, 3].map((n) => `measuring ranges, ${n} of 3 inferences`),
      ...[1, 2, 3].map((n) => `comparing int8 with float, ${n} of 3 inferences`),
      ...[1, 2].map((n) => `comparing int8 with float, ${n} of 2 inferences`),
    ]);
    const abort = new AbortController();
    let done = 0;
    function* endless(): Generator<number, never, undefined> {
      for (;;) yield done++;
    }
    const running = withPauses(endless(), {
      progress: () => abort.abort(new Error('stop')),
      signal: abort.signal,
    });
    await expect(running).rejects.toThrow('stop');
    expect(done).toBeGreaterThan(0);
  });

  test('the report is about the file that is written', () => {
    const { report, model } = made;
    const engine = createEngine(model);
    const pair = made.outputs[3]!;
    const input = asTensor(calibration.clips[3]!.inputs[0]!, model.tensors[model.inputs[0]!]!);
    const [codes] = engine.invoke([input]) as [Int8Array];
    expect(pair.int8).toEqual([...codes].map((code) => (code + 128) / 256));
    expect(report.sha256).toBe(model.source.sha256);
    expect(report.size.fileBytes).toBe(made.bytes.length);
    expect(report.calibration).toMatchObject({ clips: 30, inferences: 30 });
    expect(report.holdout).toMatchObject({ clips: 5, inferences: 5 });
    expect(made.outputs).toHaveLength(35);
  });

  test('noise per operator is that of its output, in dB', () => {
    const { report, model, float } = made;
    const [signal, noise] = [0, 0].map(() => ({ sum: 0 })) as [{ sum: number }, { sum: number }];
    const at = model.operators.findIndex(({ kind }) => kind === 'SOFTMAX') - 1;
    const logits = model.operators[at]!;
    const { scales, zeroPoints } = model.tensors[logits.outputs[0]!]!.quantization!;
    for (const { inputs } of calibration.clips) {
      let wanted = new Float32Array(0);
      createEngine(float, {
        trace: ({ kind }, outputs) => {
          if (kind !== 'SOFTMAX') wanted = outputs[0] as Float32Array<ArrayBuffer>;
        },
      }).invoke([inputs[0]!]);
      const input = asTensor(inputs[0]!, model.tensors[model.inputs[0]!]!);
      createEngine(model, {
        trace: (operator, outputs) => {
          if (operator.index !== logits.index) return;
          (outputs[0] as Int8Array).forEach((code, i) => {
            signal.sum += wanted[i]! ** 2;
            noise.sum += (wanted[i]! - (code - zeroPoints[0]!) * scales[0]!) ** 2;
          });
        },
      }).invoke([input]);
    }
    const reported = report.operators.find(({ tensor }) => tensor === 'logits')!;
    expect(reported.sqnrDb).toBeCloseTo(10 * Math.log10(signal.sum / noise.sum), 6);
    expect(reported.sqnrDb).toBeGreaterThan(20);
    expect(reported.codes.reduce((a, b) => a + b, 0)).toBe(60);
  });

  test('a range that is too narrow is seen as saturation and noise', () => {
    const wide = made.report.operators.find(({ tensor }) => tensor === 'hidden')!;
    const pinned = { hidden: { min: 0, max: wide.range.max / 4 } };
    const narrow = run(windowed, calibration, { pinned }).report.operators.find(
      ({ tensor }) => tensor === 'hidden',
    )!;
    expect(wide.saturation).toBe(0);
    expect(narrow.saturation).toBeGreaterThan(0.05);
    expect(narrow.sqnrDb!).toBeLessThan(wide.sqnrDb! - 10);
  });

  test('a micro front end pins the input, and it is said; --pin says otherwise', () => {
    expect(made.report.pinned).toEqual({ input: { min: 0, max: 26 } });
    expect(made.report.notes[0]).toMatch(/^input range pinned to 0…26/);
    expect(made.report.input.scale).toBeCloseTo(26 / 255, 7);
    expect(made.report.input.zeroPoint).toBe(-128);
    const own = run(windowed, calibration, {
      frontend: FRONTEND_PRESETS['micro-speech'],
      pinned: { input: { min: 0, max: 30 } },
    }).report;
    expect(own.pinned).toEqual({ input: { min: 0, max: 30 } });
    expect(own.notes).toEqual([]);
    expect(run(windowed, calibration).report.pinned).toEqual({});
  });

  test('what the file carries: labels, and what it was made with', () => {
    expect(made.model.labels).toEqual(['yes', 'no']);
    expect(made.model.source.description).toMatch(/^int8 by kws-gen \S+ from hey \(tflite\)$/);
    expect(made.model.frontend).toEqual(FRONTEND_PRESETS['micro-speech']);
    expect(made.model.calibration).toEqual({
      method: 'min-max',
      clips: 30,
      inputs: 30,
      pinned: { input: { min: 0, max: 26 } },
      tool: made.report.tool,
    });
    const relabelled = run(windowed, calibration, { labels: ['ja', 'nein'] });
    expect(relabelled.model.labels).toEqual(['ja', 'nein']);
  });

  test('streaming: state carried through a clip and reset before the next', () => {
    const set = clips(4, 80, 10);
    const forward = run(stream, set, { frontend: FRONTEND_PRESETS['micro-wake-word'] });
    const engine = createEngine(forward.model);
    const input = forward.model.tensors[forward.model.inputs[0]!]!;
    const expected = set.clips.flatMap(({ inputs }) => {
      engine.reset();
      return inputs.map((values) => {
        const [codes] = engine.invoke([asTensor(values, input)]) as [Int8Array];
        return (codes[0]! + 128) / 256;
      });
    });
    expect(forward.outputs.map(({ int8 }) => int8[0])).toEqual(expected);
    expect(forward.report.size.stateBytes).toBeGreaterThan(0);
  });

  test.each<[string, () => Model, RegExp]>([
    [
      'int8',
      () => describedModel(cnn()),
      /is int8 already: there is nothing to quantize\n {2}next: use it as it is/,
    ],
    ['int16', () => describedModel(dense('int16', 'int8')), /was quantized before, to int16\n/],
    ['two inputs', () => ({ ...windowed, inputs: [...windowed.inputs, 1] }), /has 2 inputs\n/],
    ['two outputs', () => ({ ...windowed, outputs: [...windowed.outputs, 1] }), /has 2 outputs\n/],
  ])('%s: refused', (_, model, message) => {
    expect(inputErrorOf(() => requireFloat(model()))).toMatch(message);
  });
});

const pair = (clip: string, float: number[], int8: number[], inference = 0): OutputPair => ({
  clip,
  inference,
  float,
  int8,
});

describe('agreement', () => {
  test.each<[number[], number[], boolean]>([
    [[0.6, 0.4], [0.5, 0.5], true],
    [[0.4, 0.6], [0.5, 0.5], false],
    [[0.49], [0.5], false],
    [[0.51], [0.99], true],
    [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], true],
  ])('%j and %j: %s', (float, int8, expected) => expect(agrees({ float, int8 })).toBe(expected));

  test('counts inferences and clips', () => {
    const found = agreementOf([
      pair('a', [1, 0], [0.75, 0.25]),
      pair('a', [1, 0], [0, 1], 1),
      pair('b', [0, 1], [0, 1]),
    ]);
    expect(found).toEqual({
      clips: 2,
      inferences: 3,
      agreeing: 2,
      share: 2 / 3,
      meanDifference: 2.5 / 6,
      largestDifference: 1,
    });
  });

  test('worst clips: other answers first, then by the difference, each clip once', () => {
    const worst = worstClips(
      [
        pair('a', [0.9, 0.1], [0.5, 0.5], 0),
        pair('a', [0.9, 0.1], [0.6, 0.4], 1),
        pair('b', [0.51, 0.49], [0.49, 0.51], 0),
        pair('c', [0.9, 0.1], [0.9, 0.1], 0),
      ],
      ['yes'],
    );
    expect(worst.map(({ clip, inference }) => [clip, inference])).toEqual([
      ['b', 0],
      ['a', 0],
      ['c', 0],
    ]);
    expect(worst[0]).toMatchObject({
      float: { label: 'yes', value: 0.51 },
      int8: { label: 'output 1', value: 0.51 },
    });
  });
});

describe('warnings', () => {
  const codes = (counts: Readonly<Record<number, number>>) =>
    Array.from({ length: 256 }, (_, i) => counts[i - 128] ?? 0);
  const operator = (
    histogram: readonly number[],
    kind: OperatorReport['kind'] = 'CONV_2D',
  ): OperatorReport => ({
    index: 0,
    kind,
    tensor: 't',
    shape: [1],
    range: { min: 0, max: 1 },
    scale: 1,
    zeroPoint: -128,
    sqnrDb: 20,
    saturation: 0,
    codes: histogram,
  });

  test('how many codes hold 99.9 % of what is not zero', () => {
    expect(usualCodes(codes({ [-128]: 1e6 }), -128)).toBe(256);
    expect(usualCodes(codes({ [-128]: 1e6, [-127]: 1e5, 127: 1 }), -128)).toBe(1);
    expect(usualCodes(codes({ [-100]: 500, 0: 99_000, 100: 500 }), -128)).toBe(201);
  });

  test('outliers stretch a range where nearly all values share a quarter of it', () => {
    const narrow = codes({ [-120]: 50_000, [-100]: 50_000, 127: 3 });
    const wide = codes({ [-120]: 50_000, 20: 50_000, 127: 3 });
    expect(stretched([operator(narrow), operator(wide)])).toHaveLength(1);
    // What has no choice of range, and what is too rare to tell.
    expect(stretched([operator(narrow, 'SOFTMAX'), operator(codes({ [-120]: 100, 127: 1 }))])).toEqual([]);
  });

  test('clips that all have the same answer', () => {
    const same = sameAnswerProblem(
      [pair('a', [0.9, 0.1], []), pair('b', [0.8, 0.2], [])],
      ['silence', 'yes'],
      'x',
    );
    expect(same[0]!.what).toBe('the float model gives every clip the same label, "silence"');
    expect(sameAnswerProblem([pair('a', [0.9, 0.1], []), pair('b', [0.2, 0.8], [])], [], 'x')).toEqual([]);
    expect(sameAnswerProblem([pair('a', [0.1], []), pair('b', [0.2], [])], [], 'x')[0]!.what).toMatch(
      /hears its word in none/,
    );
    expect(sameAnswerProblem([pair('a', [0.1], []), pair('b', [0.7], [])], [], 'x')).toEqual([]);
  });

  test('no labels, few clips, differing answers: all in the report', () => {
    const few = run(describedModel(windowModel()), clips(3, 1960), {
      pinned: { hidden: { min: 0, max: 0.01 } },
    });
    const said = few.report.warnings.map(({ what }) => what);
    expect(said).toContain('the 2 outputs have no labels');
    expect(said).toContain('3 clips are few to calibrate with');
    expect(few.report.labels).toEqual(['output 0', 'output 1']);
  });
});

describe('what the user sees', () => {
  const nasty = ['<script>alert("x")</script>', 'a & b \u001b[31m'];
  const set = clips(25, 1960);
  const hostile: CalibrationSet = {
    ...set,
    clips: set.clips.map((clip, i) => (i === 0 ? { ...clip, name: '<img src=x onerror=y>\n.wav' } : clip)),
    skipped: [{ where: '"><b>.wav', what: 'not <audio>' }],
  };
  const made = run(windowed, hostile, { labels: nasty }, clips(3, 1960, 1, 4));

  test('table: every operator that computes, agreement, worst clips, what was not used', () => {
    const text = reportLines(made.report).join('\n');
    for (const { kind, tensor } of computing(made.report.operators))
      expect(text).toMatch(new RegExp(`${kind} .*${tensor}`));
    expect(text).not.toContain('RESHAPE');
    expect(text).toMatch(/^Agreement with float: \d+\.\d\d % \(\d+ of 25 inferences\)/m);
    expect(text).toMatch(/^Held out: +\d+\.\d\d % \(\d+ of 3 inferences\)/m);
    expect(text).toContain('Not used: 1\n  "><b>.wav: not <audio>');
    // Nothing that came from elsewhere moves the cursor or begins a line.
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^\.wav/m);
  });

  test('page: complete, escaped, nothing from elsewhere, nothing that runs', () => {
    const page = reportPage(made.report, made.outputs);
    expect(page).not.toMatch(/<script|<img|<b>|onerror=y>|<audio>/);
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/https?:|url\(|<[^>]*(src|href)=|@import/);
    expect(page).not.toContain('\u001b');
    expect(page.match(/<svg /g)!.length).toBe(1 + computing(made.report.operators).length);
    expect(page.match(/<i class=/g)!.length).toBe(computing(made.report.operators).length);
    expect(page.match(/<circle /g)!.length).toBe(2 * made.outputs.length);
  });

  test('page: every element is closed, in order', () => {
    const page = reportPage(made.report, made.outputs);
    const open: string[] = [];
    const void_ = new Set(['meta', 'br', 'rect', 'circle', 'line']);
    for (const [, close, name] of page
      .replace(/<style>[\s\S]*?<\/style>/, '')
      .matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (!void_.has(name!)) open.push(name!);
    }
    expect(open).toEqual([]);
    expect(page).toMatch(/^<!doctype html>/);
  });

  test('escaping', () => {
    expect(escapeHtml(`<a href="x">'&'`)).toBe('&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;');
  });
});
