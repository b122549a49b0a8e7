/** The definitions of the spectral front ends against the libraries that people train with. */
import { expect, test } from 'vitest';
import { loadClip } from '../../src/audio/clip.js';
import { clipFeatures } from '../../src/frontend/clip.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import type { AudioFrontendSpec } from '../../src/frontend/spec.js';
import { clipping, SIGNALS } from '../frontend/signals.js';
import { describeWithOracles, runOracle } from '../support/oracle.js';
import { sharedData, sharedPath } from '../support/shared-data.js';

const librosa = FRONTEND_PRESETS['librosa-mfcc'];

/**
 * [oracle, description, largest absolute difference]. The bounds are a few times what was measured; differences
 * beyond double precision come from float32 in the library.
 */
const ROWS: readonly (readonly [string, AudioFrontendSpec, number])[] = [
  ['tensorflow_mfcc', FRONTEND_PRESETS['tensorflow-mfcc'], 5e-5],
  [
    'tensorflow_mfcc_30ms',
    {
      ...FRONTEND_PRESETS['tensorflow-mfcc'],
      windowSamples: 480,
      stepSamples: 160,
      fftSize: 512,
      dct: { ...FRONTEND_PRESETS['tensorflow-mfcc'].dct, coefficients: 13 },
    },
    5e-5,
  ],
  ['mlperf_tiny_kws', FRONTEND_PRESETS['mlperf-tiny-kws'], 1e-12],
  ['mlperf_tiny_streaming', FRONTEND_PRESETS['mlperf-tiny-streaming'], 1e-12],
  ['tensorflow_stft', FRONTEND_PRESETS['tensorflow-stft'], 1e-12],
  ['librosa_mfcc', librosa, 1e-11],
  [
    'librosa_variant',
    {
      ...librosa,
      sampleRate: 16_000,
      windowSamples: 400,
      stepSamples: 160,
      fftSize: 512,
      filterbank: {
        ...librosa.filterbank,
        channels: 40,
        lowerBandLimit: 20,
        upperBandLimit: 7600,
        scale: 'htk',
      },
      dct: { coefficients: 13, norm: 'none', lifter: { length: 22, first: 1 }, energy: false },
    },
    1e-9,
  ],
  [
    'librosa_log_mel',
    {
      ...librosa,
      windowSamples: 1024,
      stepSamples: 256,
      fftSize: 1024,
      filterbank: { ...librosa.filterbank, channels: 64 },
      dct: null,
      normalization: { kind: 'top-db', db: 80, reference: 'max' },
    },
    1e-10,
  ],
  ['keras_mel', FRONTEND_PRESETS['keras-mel'], 5e-3],
  [
    'speech_features',
    {
      ...FRONTEND_PRESETS['edge-impulse-mfcc'],
      preEmphasis: { coefficient: 0.97, start: 'zero' },
      windowSamples: 400,
      stepSamples: 160,
      fftSize: 512,
      spectrum: { form: 'power', scale: 1 / 512 },
      filterbank: { kind: 'mel-bins', channels: 26, lowerBandLimit: 0, upperBandLimit: 8000 },
      log: { form: 'ln', floor: 2 ** -52, floorForm: 'max' },
      dct: { coefficients: 13, norm: 'ortho', lifter: { length: 22, first: 0 }, energy: true },
      normalization: { kind: 'none' },
    },
    1e-10,
  ],
  ['micro_features', FRONTEND_PRESETS['micro-wake-word'], 0],
];

const CLIPS = ['speech_commands/yes.wav', 'wake_words/okay_nabu.wav'];

async function signalsAt(rate: number): Promise<Readonly<Record<string, Int16Array>>> {
  const seeded = Object.entries(SIGNALS).map(([name, make]) => [name, make(rate)] as const);
  const clips =
    sharedData === undefined
      ? []
      : await Promise.all(
          CLIPS.map(async (name) => [name, await loadClip(sharedPath('audio', name), rate)] as const),
        );
  return Object.fromEntries([...seeded, ['clipping', clipping(rate)], ...clips]);
}

const float64 = (base64: string): Float64Array => {
  const bytes = Buffer.from(base64, 'base64');
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

describeWithOracles(
  ['tensorflow', 'keras', 'librosa', 'python_speech_features', 'pymicro_features'],
  'front ends as their libraries compute them',
  () => {
    test('every preset and variant, seeded signals and recordings', { timeout: 300_000 }, async () => {
      const jobs = [];
      for (const [oracle, spec, bound] of ROWS)
        for (const [signal, pcm] of Object.entries(await signalsAt(spec.sampleRate)))
          jobs.push({ oracle, spec, bound, signal, pcm });
      const asked = jobs.map(({ oracle, spec, pcm }) => ({
        oracle,
        rate: spec.sampleRate,
        pcm: Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64'),
      }));
      const answers = JSON.parse(
        runOracle('test/oracles/frontends.py', [], Buffer.from(JSON.stringify({ jobs: asked }))).toString(),
      ) as readonly { readonly shape: readonly number[]; readonly values: string }[];

      const wrong: string[] = [];
      const worst = new Map<string, number>();
      for (const [i, { oracle, spec, bound, signal, pcm }] of jobs.entries()) {
        const { shape, values } = answers[i]!;
        const ours = clipFeatures(spec, pcm);
        const theirs = float64(values);
        expect([oracle, signal, ours.length, ours[0]!.length]).toEqual([oracle, signal, ...shape]);
        let most = 0;
        for (const [frame, row] of ours.entries())
          for (const [channel, value] of row.entries())
            most = Math.max(most, Math.abs(value - theirs[frame * row.length + channel]!));
        worst.set(oracle, Math.max(worst.get(oracle) ?? 0, most));
        if (!(most <= bound)) wrong.push(`${oracle}, ${signal}: ${most}`);
      }
      if (process.env.KWS_SHOW === '1') console.log(Object.fromEntries(worst));
      expect(wrong).toEqual([]);
    });
  },
);
