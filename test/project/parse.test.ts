import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../../src/frontend/presets.js';
import { parseKwsFile } from '../../src/project/parse.js';

const PRESETS = Object.keys(FRONTEND_PRESETS).map((name) => JSON.stringify(name));

const valid = {
  version: 1,
  name: 'okay_nabu',
  frontend: 'micro-wake-word',
  models: [
    { name: 'okay_nabu', file: 'okay_nabu.tflite', detector: { preset: 'micro-wake-word', cutoff: 0.9 } },
  ],
};

/** `valid` with one value replaced (or removed, where it is undefined) at a dotted path. */
function withValue(path: string, value: unknown): object {
  const copy = structuredClone(valid) as Record<string, unknown>;
  const parts = path.split('.');
  let node: Record<string, unknown> = copy;
  for (const part of parts.slice(0, -1)) {
    node[part] ??= {};
    node = node[part] as Record<string, unknown>;
  }
  node[parts.at(-1)!] = value;
  return copy;
}

function problemsOf(text: string): readonly string[] {
  try {
    parseKwsFile(text);
  } catch (error) {
    if (error instanceof KwsError) {
      expect(error.exitCode).toBe(2);
      return error.problems.map(({ what, where, next }) => `${where}: ${what} → ${next}`);
    }
    throw error;
  }
  return [];
}

describe('kws.json', () => {
  test('a valid file, with a byte order mark too', () => {
    expect(problemsOf(JSON.stringify(valid))).toEqual([]);
    expect(problemsOf(`\ufeff${JSON.stringify(valid)}`)).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['version', 2, 'kws.json, version: 2 is not known here → use 1'],
    ['version', undefined, 'kws.json, version: is missing → give version of this file’s format, such as 1'],
    [
      'name',
      'okay nabu',
      'kws.json, name: "okay nabu" must begin with a letter or digit and have only letters, digits, _ - . (at most 64) → give name of the project, such as "okay_nabu"',
    ],
    [
      'frontend',
      'micro-wakeword',
      'kws.json, frontend: "micro-wakeword" is not known here → did you mean "micro-wake-word"?',
    ],
    [
      'frontend',
      { preset: 'micro-spech' },
      'kws.json, frontend.preset: "micro-spech" is not known here → did you mean "micro-speech"?',
    ],
    ['frontend', { stepms: 20 }, 'kws.json, frontend.stepms: there is no such field → did you mean stepMs?'],
    [
      'frontend',
      5,
      `kws.json, frontend: 5 is not known here → use ${PRESETS.slice(0, -1).join(', ')} or ${PRESETS.at(-1)}`,
    ],
    ['models', [], 'kws.json, models: is empty → give the wake-word models, which share the front end'],
    [
      'models',
      {},
      'kws.json, models: {} is not a list in [ ] → give the wake-word models, which share the front end',
    ],
    [
      'models.0.detector.cutoff',
      3,
      'kws.json, models[0].detector.cutoff: 3 is above 1 → give mean probability above which a label counts as heard, 0 to 1, such as 0.97',
    ],
    [
      'models.0.detector.cutoff',
      '0.9',
      'kws.json, models[0].detector.cutoff: "0.9" is not a number → give mean probability above which a label counts as heard, 0 to 1, such as 0.97',
    ],
    [
      'models.0.detector.window',
      2.5,
      'kws.json, models[0].detector.window: 2.5 is not a whole number → give number of inferences averaged, such as 5',
    ],
    [
      'models.0.detector.cutof',
      0.5,
      'kws.json, models[0].detector.cutof: there is no such field → did you mean cutoff?',
    ],
    ['models.0.lables', ['x'], 'kws.json, models[0].lables: there is no such field → did you mean labels?'],
    [
      'models.0.file',
      undefined,
      'kws.json, models[0].file: is missing → give model file, relative to kws.json, such as "okay_nabu.tflite"',
    ],
    [
      'zzz',
      1,
      'kws.json, zzz: there is no such field → remove it; the fields here are version, name, board, runtime, frontend, models, gate, limits, actions, sleep, serial, boards',
    ],
    [
      'boards.native.runtime',
      'oat',
      'kws.json, boards.native.runtime: "oat" is not known here → did you mean "aot"?',
    ],
    [
      'boards.nano.platformio.buildFlags',
      ['-O3\n[env:evil]'],
      'kws.json, boards.nano.platformio.buildFlags[0]: "-O3\\n[env:evil]" must not contain control characters → give a compiler flag, such as "-O3"',
    ],
  ])('%s = %j', (path, value, expected) => {
    expect(problemsOf(JSON.stringify(withValue(path, value)))).toEqual([expected]);
  });

  test('all mistakes at once', () => {
    const text = JSON.stringify({ ...valid, version: 3, runtime: 'TFLM', models: [{ nam: 'x' }] });
    expect(problemsOf(text).map((line) => line.split(':')[0])).toEqual([
      'kws.json, version',
      'kws.json, runtime',
      'kws.json, models[0].name',
      'kws.json, models[0].file',
      'kws.json, models[0].nam',
    ]);
  });

  test.each([
    ['{\n  "version": 1,\n}', 'kws.json, line 3, column 1: is not JSON'],
    ['', 'kws.json, line 1, column 1: is not JSON'],
    ['{ "a": 1 // no', 'kws.json, line 1, column 10: is not JSON'],
    ['[]', 'kws.json: [] is not an object in { }'],
    ['null', 'kws.json: null is not an object in { }'],
    [`${'['.repeat(200_000)}`, 'kws.json, line 1, column'],
  ])('%.30s', (text, expected) => {
    const [first] = problemsOf(text);
    expect(first).toContain(expected);
  });
});
