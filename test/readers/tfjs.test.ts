import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inputError } from '../../src/diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { guessFrontend } from '../../src/project/guess.js';
import { readModel } from '../../src/readers/read-model.js';
import { describeWithSharedData, sharedPath } from '../support/shared-data.js';
import { expected, relativeError, runFloat, siblingsIn, tfjsFixture } from './fixture-models.js';

describe('TF.js models as the Python converter writes them compute what Keras computes', () => {
  test.each([
    ['conv2d-tfjs', 'conv2d-keras2', 1e-5],
    ['conv1d-tfjs', 'conv1d-keras2', 1e-5],
    ['nested-tfjs', 'nested-keras2', 1e-5],
    // Weights rounded to float16, 8 and 16 bits.
    ['quantized-tfjs', 'conv2d-keras2', 0.02],
  ])('%s', async (folder, row, tolerance) => {
    const files = tfjsFixture(folder);
    const model = await readModel(files['model.json']!, 'model.json', siblingsIn(files));
    const { input, output } = expected[row]!;
    const found = runFloat(model, input);
    expect(found).toHaveLength(output.length);
    expect(relativeError(found, output)).toBeLessThan(tolerance);
    expect(model.source.format).toBe('tfjs-layers');
  });
});

describe('metadata.json of Teachable Machine and speech-commands', () => {
  const files = tfjsFixture('conv2d-tfjs');
  const read = (metadata: string | undefined) =>
    readModel(files['model.json']!, 'model.json', async (path) => {
      if (path !== 'metadata.json') return siblingsIn(files)(path);
      if (metadata === undefined) throw inputError({ what: 'there is no such file' });
      return Buffer.from(metadata);
    });
  test.each<[string, string | undefined, unknown, boolean]>([
    ['none', undefined, undefined, false],
    ['labels', '{"tfjsSpeechCommandsVersion":"0.4.0","wordLabels":["a","b"]}', ['a', 'b'], true],
    ['no labels', '{"tfjsSpeechCommandsVersion":"0.4.0","wordLabels":[]}', undefined, true],
    ['labels that are none', '{"tfjsSpeechCommandsVersion":"0.4.0","wordLabels":["a",1]}', undefined, true],
    ['of an image model', '{"tfjsVersion":"1.3.1","labels":["a","b"]}', undefined, false],
    ['no JSON', '{', undefined, false],
    ['another JSON', 'null', undefined, false],
    [
      'too long',
      `{"tfjsSpeechCommandsVersion":"0.4.0","wordLabels":["${'a'.repeat(70_000)}"]}`,
      undefined,
      false,
    ],
  ])('%s', async (_, metadata, labels, isTheirs) => {
    const model = await read(metadata);
    expect(model.labels).toEqual(labels);
    expect(model.frontend).toEqual(isTheirs ? FRONTEND_PRESETS['tfjs-speech-commands'] : undefined);
  });
});

describeWithSharedData('a model of Teachable Machine', () => {
  test('its labels and its front end are known: 43 steps are one second', async () => {
    const folder = sharedPath('cases', 'teachable-machine');
    const model = await readModel(readFileSync(join(folder, 'model.json')), 'model.json', async (path) =>
      readFileSync(join(folder, path)),
    );
    expect(model.labels).toEqual(['Background Noise', 'hey lamp', 'clap']);
    expect(guessFrontend(model)).toMatchObject({ candidates: ['tfjs-speech-commands'], proven: true });
    const { labels: _, frontend: __, ...bare } = model;
    expect(guessFrontend(bare)).toMatchObject({ candidates: ['tfjs-speech-commands'], proven: false });
  });
});
