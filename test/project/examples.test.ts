import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KwsError } from '../../src/diagnostics/errors.js';
import { copyExample, listExamples } from '../../src/project/examples.js';
import { kwsJsonSchema } from '../../src/project/schema.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { root } from '../support/native.js';

let directory: string;
let home: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws example '));
  home = join(directory, 'a new project');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const problemsOf = async (work: Promise<unknown>) => {
  const error = (await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as KwsError;
  return { exit: error.exitCode, message: error.message };
};
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());

test('examples: every folder with a kws.json, without what work leaves behind', async () => {
  const examples = await listExamples();
  expect(examples.map(({ name }) => name)).toEqual(['chirp', 'computer', 'smallest']);
  expect(examples[0]!.files).toEqual(['chirp.tflite', 'chirp.wav', 'kws.json', 'other.wav']);
  expect(examples[1]!.files).toEqual(
    expect.arrayContaining([
      ...['kws.json', 'model/model.json', 'model/weights.bin'],
      ...['clips/computer/kal.flac', 'clips/other/kal.flac'],
    ]),
  );
  const strange = /__pycache__|firmware-out|node_modules|venv|\.pyc$|\.ts$|(^|\/)\./;
  expect(examples.flatMap(({ files }) => files).filter((path) => strange.test(path))).toEqual([]);
});

describe('copyExample', () => {
  test('every file as it is; kws.json names the schema beside it and differs in nothing else', async () => {
    const { example, kws, written, clip } = await copyExample({ name: 'computer', directory: home });
    expect(written.slice(0, 2)).toEqual([join(home, 'kws.json'), join(home, 'kws.schema.json')]);
    expect(filesIn(home)).toHaveLength(example.files.length + 1);
    for (const path of example.files.filter((path) => path !== 'kws.json'))
      expect(readFileSync(join(home, path)).equals(readFileSync(join(example.folder, path))), path).toBe(
        true,
      );
    const text = readFileSync(join(home, 'kws.json'), 'utf8');
    expect(text).toBe(
      readFileSync(join(example.folder, 'kws.json'), 'utf8').replace(
        '../../schemas/kws.schema.json',
        './kws.schema.json',
      ),
    );
    expect(kws).toEqual({ ...example.kws, $schema: './kws.schema.json' });
    expect(readFileSync(join(home, 'kws.schema.json'), 'utf8')).toBe(kwsJsonSchema());
    expect(example.files).toContain(clip);
    expect(statSync(join(home, clip!)).mode & 0o200).toBe(0o200);
  });

  test('nothing of the user’s is overwritten without force, and then nothing is written at all', async () => {
    mkdirSync(home);
    writeFileSync(join(home, 'kws.json'), '{}');
    expect(await problemsOf(copyExample({ name: 'chirp', directory: home }))).toEqual({
      exit: 2,
      message: `${join(home, 'kws.json')}: kws.json is already there\n  next: --force replaces it`,
    });
    rmSync(join(home, 'kws.json'));
    writeFileSync(join(home, 'chirp.wav'), 'mine');
    writeFileSync(join(home, 'notes.txt'), 'mine');
    expect((await problemsOf(copyExample({ name: 'chirp', directory: home }))).message).toBe(
      `${join(home, 'chirp.wav')}: another file of this name is already there\n  next: --force replaces it, or choose another folder`,
    );
    expect(filesIn(home).map(({ name }) => name)).toEqual(['chirp.wav', 'notes.txt']);
    await copyExample({ name: 'chirp', directory: home, force: true });
    expect(readFileSync(join(home, 'chirp.wav')).length).toBeGreaterThan(4);
    expect(readFileSync(join(home, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test('the same file that is there already is no obstacle, a folder in its place always is one', async () => {
    mkdirSync(home);
    writeFileSync(join(home, 'chirp.wav'), readFileSync(join(root, 'examples', 'chirp', 'chirp.wav')));
    mkdirSync(join(home, 'other.wav'));
    const { message } = await problemsOf(copyExample({ name: 'chirp', directory: home, force: true }));
    expect(message).toBe(
      `${join(home, 'other.wav')}: something that is no file is in the place of one\n  next: move it away, or choose another folder`,
    );
    rmSync(join(home, 'other.wav'), { recursive: true });
    await copyExample({ name: 'chirp', directory: home });
  });

  test('a folder that cannot be made: nothing is half there', async () => {
    writeFileSync(home, 'a file');
    const { exit, message } = await problemsOf(copyExample({ name: 'chirp', directory: join(home, 'in') }));
    expect(exit).toBe(2);
    expect(message).toMatch(
      /this file cannot be written\n {2}why: a part of it is a file.*: choose another folder$/s,
    );
    writeFileSync(join(directory, 'model'), 'a file in the place of a folder');
    expect((await problemsOf(copyExample({ name: 'computer', directory }))).exit).toBe(2);
    expect(filesIn(directory).map(({ name }) => name)).not.toContain('kws.json');
  });
});

describe('kws-gen init --example', () => {
  const run = (...argv: string[]) => kwsGen(['init', '--example', ...argv], { directory });

  test('into a folder, into --project, into the folder one is in', async () => {
    const named = await run('computer', 'a new project');
    expect(named).toMatchObject({ code: 0, err: '' });
    expect(named.out).toMatch(/^a new project\/kws\.json: the example computer, \d+ files$/m);
    expect(named.out).toMatch(
      /^Next: kws-gen flash --project "a new project" --play "a new project\/clips\/[\w/-]+\.flac"$/m,
    );
    expect((await run('chirp', '--project', 'there')).code).toBe(0);
    const here = await run('chirp');
    expect(here.out).toContain('\nNext: kws-gen flash --play chirp.wav\n');
    for (const folder of ['', 'there', 'a new project'])
      expect(existsSync(join(directory, folder, 'kws.json')), folder).toBe(true);
  });

  test('without a name they are listed', async () => {
    const { code, out } = await run();
    expect([code, readdirSync(directory)]).toEqual([0, []]);
    expect(out.split('\n').map((line) => line.split(/\s/)[0])).toEqual([
      ...['EXAMPLE', 'chirp', 'computer', 'smallest', 'Next:', ''],
    ]);
    expect(jsonLines((await run('--json')).out)).toMatchObject([
      { t: 'example', name: 'chirp', labels: [['other', 'chirp']] },
      { t: 'example', name: 'computer', labels: [['other', 'computer']] },
      { t: 'example', name: 'smallest', labels: [['computer']] },
    ]);
  });

  test('--json says what was written', async () => {
    const [line] = jsonLines((await run('chirp', '--json')).out);
    expect(line).toMatchObject({ t: 'init', example: 'chirp', notes: [], project: { name: 'chirp' } });
    expect((line!.written as string[]).filter((path) => !existsSync(path))).toEqual([]);
  });

  test.each<[string, string[], string]>([
    [
      'an unknown name',
      ['compter'],
      'error --example: there is no example "compter"\n  why: kws-gen comes with chirp, computer, smallest\n  next: did you mean computer?\n',
    ],
    [
      'a name that leads elsewhere',
      ['../schemas'],
      'error --example: there is no example "../schemas"\n  why: kws-gen comes with chirp, computer, smallest\n  next: known are chirp, computer, smallest\n',
    ],
    [
      'an option of models',
      ['computer', '--labels', 'a,b'],
      'error --labels: does not go with --example\n  why: an example has its own model, labels and settings\n  next: change them in its kws.json\n',
    ],
    [
      'two folders',
      ['computer', 'here', '--project', 'there'],
      'error here, --project there: the folder of the new project is named twice\n  next: name it once\n',
    ],
  ])('%s', async (_, argv, message) => {
    expect(await run(...argv)).toEqual({ code: 2, out: '', err: message });
    expect(readdirSync(directory)).toEqual([]);
  });
});
