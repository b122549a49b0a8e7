import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** What takes or waits longest, the longest first: begun late, it would run alone at the end. */
const LONGEST = [
  'protocol/faulty-line',
  'platformio/run-tool',
  'protocol/session-play',
  'frontend/compare',
  'e2e/train',
  'e2e/package',
  'e2e/docs',
  'e2e/platform',
  'e2e/cli',
  'e2e/hostile',
  'e2e/twins',
  'e2e/verify',
  'e2e/web-view',
  'e2e/tflm',
  'oracles/words',
  'oracles/float-engine',
  'oracles/quantizer-tensorflow',
  'oracles/converter-zoo',
  'native/fuzz',
  'native/hal_boards',
  'native/aot-golden',
].map((name) => `test/${name}.test.ts`);

/** As vitest orders them, project by project, but the long ones before the others of their project. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.indexOf(relative(this.ctx.config.root, moduleId));
      return at < 0 ? LONGEST.length : at;
    };
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).sort((a, b) => rank(a) - rank(b)),
    );
  }
}

/** One registry of modules per worker: loading them anew for every file took a third of the time. */
const isolate = false;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Every core, and one more: some wait for virtual boards, which play in real time now and then, and for timers.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          name: 'unit',
          isolate,
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
          isolate,
          include: ['test/native/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'oracles',
          isolate,
          include: ['test/oracles/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'firmware',
          isolate,
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
          isolate,
          include: ['test/e2e/**/*.test.ts'],
          exclude: FIRMWARE,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
