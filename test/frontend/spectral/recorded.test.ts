/** Rows of Edge Impulse's processing blocks and of torchaudio, recorded by test/oracles/record_frontends.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { clipFeatures } from '../../../src/frontend/clip.js';
import { FRONTEND_PRESETS } from '../../../src/frontend/presets.js';
import type { SpectralFrontendSpec } from '../../../src/frontend/spec.js';
import { root } from '../../support/native.js';
import { SIGNALS } from '../signals.js';

interface Row {
  readonly preset: 'edge-impulse-mfcc' | 'edge-impulse-mfe' | 'torchaudio-mfcc';
  readonly signal: string;
  readonly samples: number;
  readonly crc32: number;
  readonly frames: number;
  /** Every so many frames one is kept. */
  readonly every: number;
  readonly values: readonly (readonly number[])[];
}

const rows = JSON.parse(readFileSync(join(root, 'test/golden/frontend-rows.json'), 'utf8')) as readonly Row[];

/** Largest differences: float32 within Edge Impulse's normalisation and torchaudio's tables. */
const BOUNDS = { 'edge-impulse-mfcc': 1e-5, 'edge-impulse-mfe': 0, 'torchaudio-mfcc': 1e-3 } as const;

describe.each(rows)('$preset, $signal', (row) => {
  const pcm = SIGNALS[row.signal]!(row.samples);

  test('the signal is the recorded one', () => {
    expect(crc32(new Uint8Array(pcm.buffer))).toBe(row.crc32);
  });

  test('the definition gives the recorded rows', () => {
    const spec: SpectralFrontendSpec = FRONTEND_PRESETS[row.preset];
    const frames = clipFeatures(spec, pcm);
    expect(frames.length).toBe(row.frames);
    let most = 0;
    for (const [i, values] of row.values.entries())
      for (const [channel, value] of values.entries())
        most = Math.max(most, Math.abs(value - frames[i * row.every]![channel]!));
    if (process.env.KWS_SHOW === '1') console.log(row.preset, row.signal, most);
    expect(most).toBeLessThanOrEqual(BOUNDS[row.preset]);
  });
});
