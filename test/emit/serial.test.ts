import { expect, test } from 'vitest';
import { findBoard } from '../../src/boards/index.js';
import { renderProject } from '../../src/emit/project.js';
import type { ResolvedSerial } from '../../src/project/types.js';
import { ModelBuilder } from '../plan/models.js';
import { projectOf } from './fixture.js';

function rendered(serial?: ResolvedSerial) {
  const b = new ModelBuilder();
  const input = b.tensor([1, 2]);
  const model = b.model([input], [b.op('LOGISTIC', [input], [b.sigmoid([1, 2])], {})]);
  const project = {
    ...projectOf([{ name: 'word', model, labels: ['other', 'yes'] }], 'none'),
    ...(serial && { serial }),
  };
  const board = findBoard('virtual-cortex-m3');
  const { files } = renderProject({ project, board, runtime: 'aot', toolVersion: '0.0.0' });
  const config = files.get('src/kws_config.cpp')!;
  const own = [...files.keys()].flatMap(
    (path) => /(mlperf_tiny|edge_impulse_text|text_writer)\.cpp$/.exec(path)?.[1] ?? [],
  );
  return { own: own.sort(), config: config.kind === 'text' ? config.text : '' };
}

test.each<[string, ResolvedSerial | undefined, string[], RegExp]>([
  ['nothing more', undefined, [], /\/\*other_commands\*\/ nullptr,\s*\/\*score_text\*\/ nullptr/],
  [
    'the commands of a benchmark',
    { mlperfTiny: { benchmark: 'kws01', model: 0 } },
    ['mlperf_tiny', 'text_writer'],
    /uint8_t mlperf_input\[2\];\s*MlperfTiny mlperf_tiny\("kws01", 0, [^;]*;[\s\S]*\/\*other_commands\*\/ &mlperf_tiny/,
  ],
  [
    'text',
    { text: 'edge-impulse' },
    ['edge_impulse_text', 'text_writer'],
    /\/\*score_text\*\/ &edge_impulse_text/,
  ],
])('%s: a firmware has the sources that it takes, and no others', (_, serial, sources, code) => {
  const { own, config } = rendered(serial);
  expect(own).toEqual(sources);
  expect(config).toMatch(code);
});
