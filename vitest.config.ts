import { defineConfig } from 'vitest/config';

/**
 * `unit` needs nothing but Node, `native` a C++ compiler, `oracles` the independent implementations from PyPI,
 * `firmware` and `e2e` the whole toolchain.
 */
/** Firmware that is only built and heard on virtual boards: several at a time. The rest of `e2e` watches processes. */
const FIRMWARE = [
  'chip',
  'detections',
  'development',
  'example-computer',
  'export',
  'frontends',
  'fuzz',
  'golden-models',
  'guards',
  'kernels',
  'micro-frontend',
  'resampler',
  'spectral-float32',
  'verify',
  'tflm',
].map((name) => `test/e2e/${name}.test.ts`);

export default defineConfig({
  test: {
    // Every core: the default leaves one idle, which on two cores is half the machine.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          // One registry of modules per worker: loading them anew for every file took a third of the time.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/native/**', 'test/oracles/**', 'test/e2e/**'],
          // Limits end what hangs; a busy machine takes several times what a quiet one does.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'native',
          include: ['test/native/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'oracles',
          include: ['test/oracles/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'firmware',
          include: FIRMWARE,
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
      // `npm run fuzz`, not part of the tests.
      { test: { name: 'fuzz', include: ['test/fuzz/**/*.fuzz.ts'] } },
      // `npm run costs`, not part of the tests.
      { test: { name: 'costs', include: ['test/costs/**/*.costs.ts'] } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: FIRMWARE,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
