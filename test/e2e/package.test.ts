/**
 * The tool as npm installs it: packed from a clone, installed into an empty folder somewhere else, used by
 * command line and by import, and nothing in it may be written to.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocument } from '../docs/documents.js';
import { root } from '../support/native.js';
import { describeWithToolchain } from './platform-support.js';
import { Workshop } from './tool.js';

/** What a clone has that packing reads; its node_modules are ours. */
const CLONE = [
  ...[
    'src',
    'templates',
    'boards',
    'schemas',
    'examples',
    'test',
    'scripts',
    'package.json',
    'tsconfig.json',
  ],
  ...['tsconfig.build.json', 'LICENSE', 'README.md', 'CHANGELOG.md'],
];
const LIMIT_BYTES = 2_500_000;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

describeWithToolchain('the package', () => {
  let shop: Workshop;
  let packed: Packed;
  /** The folder it is installed in, and the package in it. */
  let user: string;
  let installed: string;
  let before: string;
  let env: NodeJS.ProcessEnv;

  const kws = (args: readonly string[], cwd = user) =>
    execa('npx', ['--no', '--', 'kws-gen', ...args], { cwd, env, extendEnv: false });

  beforeAll(async () => {
    shop = await Workshop.open();
    // Python must not leave its caches in the package, whatever it is told here.
    const { PYTHONDONTWRITEBYTECODE: _, ...inherited } = shop.env;
    env = inherited;
    const clone = join(shop.folder, 'the clone');
    mkdirSync(clone);
    const wanted = (path: string) => !/__pycache__|[\\/]\.pio$|firmware-out/.test(path);
    for (const name of CLONE) {
      if (existsSync(join(root, name)))
        cpSync(join(root, name), join(clone, name), { recursive: true, filter: wanted });
    }
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    // What was compiled before is compiled on from, as in a clone that one works in.
    cpSync(join(root, 'dist'), join(clone, 'dist'), { recursive: true });
    writeFileSync(join(clone, 'dist', 'stale.js'), '// of a module that is no more');
    // What working in the examples leaves behind.
    for (const left of ['firmware-out/platformio.ini', 'train/__pycache__/network.cpython-311.pyc']) {
      const path = join(clone, 'examples', 'computer', left);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    const { stdout } = await execa('npm', ['pack', '--json'], { cwd: clone, env, extendEnv: false });
    packed = (JSON.parse(stdout.slice(stdout.indexOf('['))) as Packed[])[0]!;

    user = join(shop.folder, 'an empty folder');
    mkdirSync(user);
    writeFileSync(join(user, 'package.json'), '{ "private": true, "type": "module" }\n');
    await execa(
      'npm',
      ['install', '--prefer-offline', '--no-audit', '--no-fund', join(clone, packed.filename)],
      { cwd: user, env, extendEnv: false },
    );
    installed = join(user, 'node_modules', 'kws-gen');
    permissions(installed, false);
    before = hashOf(installed);
  });
  afterAll(() => {
    if (installed !== undefined && existsSync(installed)) permissions(installed, true);
    shop?.close();
  });

  test('has what is used and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    process.stdout.write(`${packed.filename}: ${packed.size} bytes, ${paths.length} files\n`);
    expect(packed.size).toBeLessThan(LIMIT_BYTES);
    expect(paths).toEqual(
      expect.arrayContaining([
        ...['package.json', 'README.md', 'LICENSE', 'dist/cli.js', 'dist/index.js', 'dist/index.d.ts'],
        ...['boards/native.board.json', 'schemas/kws.schema.json', 'examples/chirp/kws.json'],
        ...['examples/computer/kws.json', 'examples/computer/model/weights.bin'],
        ...['templates/project/src/main.cpp', 'templates/platform-virtual/runner.py'],
        ...['templates/lib/kws_app/src/app.cpp', 'templates/toolchain/requirements.txt'],
      ]),
    );
    const top = new Set(paths.map((path) => path.split('/')[0]));
    expect([...top].sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'boards',
        'dist',
        'examples',
        'package.json',
        'schemas',
        'templates',
      ].filter((name) => name === 'dist' || existsSync(join(root, name))),
    );
    const strange = /(^|\/)(\.|__pycache__|node_modules|firmware-out|stale)|\.test\.|\.tsbuildinfo|\.pyc$/;
    expect(paths.filter((path) => strange.test(path))).toEqual([]);
  });

  test('names no folder of the machine it was made on', () => {
    const guilty = filesOf(installed).filter((path) => readFileSync(path).includes(shop.folder));
    expect(guilty).toEqual([]);
  });

  test('answers on the command line', async () => {
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      version: string;
    };
    const [told, help, boards] = await Promise.all([
      kws(['--version']),
      kws(['init', '--help']),
      kws(['boards', '--json']),
    ]);
    expect(told.stdout).toBe(version);
    expect(help.stdout).toContain('Usage: kws-gen init');
    expect(boards.stdout).toContain('"arduino-nano-33-ble"');
  });

  test('makes a project of a model, builds it and runs it', async () => {
    const folder = join(user, 'wake word');
    mkdirSync(folder);
    const example = join(installed, 'examples', 'chirp');
    await kws(
      ['init', join(example, 'chirp.tflite'), '--labels', 'other,chirp', '--frontend', 'micro-wake-word'],
      folder,
    );
    const file = join(folder, 'kws.json');
    const made = JSON.parse(readFileSync(file, 'utf8')) as { $schema: string; models: [object] };
    expect(existsSync(join(folder, made.$schema)), made.$schema).toBe(true);
    // A chirp is shorter than a word: as in the example, two inferences decide.
    const detector = { preset: 'general', cutoff: 0.8, window: 2, minimum: 2, targets: ['chirp'] };
    writeFileSync(file, JSON.stringify({ ...made, models: [{ ...made.models[0], hop: 2, detector }] }));
    const { stdout } = await kws(
      ['flash', '--board', 'native', '--play', join(example, 'chirp.wav'), '--json'],
      folder,
    );
    const heard = stdout.split('\n').filter((line) => line.includes('"t":"detect"'));
    expect(heard.length).toBeGreaterThan(0);
    expect(heard[0]).toContain('"label":"chirp"');
    expect(await shop.leftOver()).toEqual([]);
  });

  test('has examples that become projects', async () => {
    const { stdout } = await kws(['init', '--example', 'computer', 'own word', '--json']);
    const { written } = JSON.parse(stdout) as { written: string[] };
    const project = join(user, 'own word');
    expect(written.filter((path) => relative(project, path).startsWith('..') || !existsSync(path))).toEqual(
      [],
    );
    // The package may not be written to, a project may.
    writeFileSync(join(project, 'kws.json'), readFileSync(join(project, 'kws.json')));
    expect((await kws(['inspect', 'own word/model/model.json'])).stdout).toContain('49,40,1');
  });

  test('is imported, with its types', async () => {
    const script = `
import { readFileSync } from 'node:fs';
import { inspectModel, KwsError, loadBoards, type MicReport, micReport, type Model, openModel, readArtifact } from 'kws-gen';

const path = ${JSON.stringify(join(installed, 'examples', 'chirp', 'chirp.tflite'))};
const model: Model = openModel(readFileSync(path), path);
const summary = inspectModel(model);
// @ts-expect-error: a model has no such field, so the types are not \`any\`
void model.nothing;
let refused: string | undefined;
try {
  openModel(new Uint8Array([1, 2, 3]), 'broken.tflite');
} catch (error) {
  if (error instanceof KwsError) refused = error.problems[0]?.where;
}
const silent: MicReport = micReport({ blocks: [], rate: 16_000, live: false, missing: 0, overrun: 0 });
const artifact = await readArtifact(path).catch((error: KwsError) => error.problems[0]?.what);
console.log(JSON.stringify({ operators: model.operators.length, summary: typeof summary, boards: loadBoards().size, refused, microphone: silent.passed, artifact }));
`;
    writeFileSync(join(user, 'use.ts'), script);
    mkdirSync(join(user, 'node_modules', '@types'), { recursive: true });
    symlinkSync(join(root, 'node_modules', '@types', 'node'), join(user, 'node_modules', '@types', 'node'));
    const config = {
      compilerOptions: {
        ...{ strict: true, module: 'NodeNext', target: 'ES2022', types: ['node'], outDir: 'out' },
        // TypeScript's own, browsers' among them: not ours to check.
        skipDefaultLibCheck: true,
      },
      files: ['use.ts'],
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const checked = await execa(process.execPath, [tsc, '-p', user], { cwd: user, reject: false });
    expect(checked.stdout).toBe('');
    const { stdout } = await execa(process.execPath, [join(user, 'out', 'use.js')], { cwd: user });
    expect(JSON.parse(stdout)).toEqual({
      operators: expect.any(Number),
      summary: 'object',
      boards: packed.files.filter(({ path }) => path.startsWith('boards/')).length,
      refused: expect.stringContaining('broken.tflite'),
      microphone: false,
      artifact: 'is no firmware that is known',
    });
  });

  describe('what getting-started says of TypeScript, with the float example', () => {
    const blocks = readDocument('docs/getting-started.md').blocks.filter(
      ({ language, words }) => language === 'ts' && words.includes('run'),
    );
    const tflmPath = join(root, '.cache', 'tflm-library');
    const runtimes = ['aot', ...(existsSync(tflmPath) ? ['tflm'] : [])];
    const cases = runtimes.flatMap((runtime) => blocks.map((block) => ({ ...block, runtime })));

    test.each(cases)('$where, $runtime', async ({ text, where, runtime }) => {
      const project = join(user, 'float example');
      if (!existsSync(project)) await kws(['init', '--example', 'computer', 'float example']);
      const clip = 'clips/computer/kal.flac';
      const more = runtime === 'tflm' ? `runtime: 'tflm', tflmPath: ${JSON.stringify(tflmPath)}, ` : '';
      const own = text.replaceAll('chirp.wav', clip).replaceAll("board: 'virtual", `${more}board: 'virtual`);
      const { ESNext, ES2022 } = { ESNext: ts.ModuleKind.ESNext, ES2022: ts.ScriptTarget.ES2022 };
      const compilerOptions = { module: ESNext, target: ES2022 };
      const script = join(user, `${where.replace(/\W+/g, '-')}-${runtime}.mjs`);
      writeFileSync(script, ts.transpileModule(own, { compilerOptions }).outputText);
      const { stdout } = await execa(process.execPath, [script], { cwd: project, env, extendEnv: false });
      expect(stdout).toMatch(/^computer at \d+ ms$/m);
    });

    test('there are some', () => expect(blocks.length).toBeGreaterThan(1));
  });

  test('is as it was installed after all this', () => {
    expect(hashOf(installed)).toBe(before);
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function hashOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of filesOf(folder)) hash.update(`${relative(folder, path)}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

/** `chmod -R a-w`, and back. */
function permissions(folder: string, writable: boolean): void {
  const entries = filesOf(folder);
  const folders = new Set(entries.map((path) => dirname(path)));
  for (const path of folders) chmodSync(path, writable ? 0o755 : 0o555);
  for (const path of entries) chmodSync(path, writable ? 0o644 : path.endsWith('cli.js') ? 0o555 : 0o444);
}
