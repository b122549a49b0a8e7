import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/diagnostics/errors.js';
import type { KwsFile } from '../../src/project/schema.js';
import { kwsFileSchema } from '../../src/project/schema.js';
import { resolveSerial } from '../../src/project/serial.js';

const models = [{ name: 'first' }, { name: 'second' }];

function resolve(entry: KwsFile['serial']) {
  const problems: Problem[] = [];
  const serial = resolveSerial(entry, models, 'kws.json', problems);
  return { serial, problems: problems.map(({ where, what, next }) => `${where}: ${what} | ${next}`) };
}

describe('what the serial line speaks', () => {
  test.each<[string, KwsFile['serial'], unknown]>([
    ['nothing more', undefined, undefined],
    ['text', { text: 'edge-impulse' }, { text: 'edge-impulse' }],
    [
      'the first model',
      { mlperfTiny: { benchmark: 'kws01' } },
      { mlperfTiny: { benchmark: 'kws01', model: 0 } },
    ],
    [
      'the model that is named',
      { mlperfTiny: { benchmark: 'kws01', model: 'second' }, text: 'edge-impulse' },
      { mlperfTiny: { benchmark: 'kws01', model: 1 }, text: 'edge-impulse' },
    ],
  ])('%s', (_, entry, expected) => {
    expect(resolve(entry)).toEqual({ serial: expected, problems: [] });
  });

  test('a model that is not there is told', () => {
    const { serial, problems } = resolve({ mlperfTiny: { benchmark: 'kws01', model: 'secnd' } });
    expect(serial).toBeUndefined();
    expect(problems).toEqual([
      'kws.json, serial.mlperfTiny.model: there is no model "secnd" | did you mean second?',
    ]);
  });

  test.each(['', 'kws', 'KWS01', 'kws01]', 'x'.repeat(99)])('%j names no benchmark', (benchmark) => {
    const file = { version: 1, name: 'a', frontend: 'none', models: [{ name: 'm', file: 'm.tflite' }] };
    const parse = (name: string) =>
      kwsFileSchema.safeParse({ ...file, serial: { mlperfTiny: { benchmark: name } } });
    expect(parse('kws01').success).toBe(true);
    expect(parse(benchmark).success).toBe(false);
  });
});
