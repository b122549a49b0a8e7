/**
 * `npm run golden`: writes anew what tests compare with and what is made of something else.
 *
 * `npm run golden kernels` writes one of them. The change shows in `git diff`: a kernel row that was added or changed
 * is one line; any other line is a regression, of a row or of the implementation that answers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args, environment = {}) =>
  execFileSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
const python = (...args) => run(join(root, '.cache', 'oracle-venv', 'bin', 'python3'), args);
const vitest = (args, environment) =>
  run(join(root, 'node_modules', '.bin', 'vitest'), ['run', '--project', 'unit', ...args], environment);

/** The rows of test/native/kernel-rows.ts through TensorFlow Lite Micro. */
function kernels() {
  const folder = mkdtempSync(join(tmpdir(), 'kws-golden-'));
  try {
    const rows = join(folder, 'rows.json');
    // The file writes the rows out; what it says of the old golden file is of no interest.
    const dump = ['test/reference/kernel-rows.test.ts', '-t', 'a row that is inserted'];
    vitest(dump, { KWS_DUMP_ROWS: rows });
    python('test/golden/make_kernel_rows.py', rows, 'test/golden/kernel-rows.json');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** schemas/, from the types of project and board files. */
function schemas() {
  vitest(['test/project/schema.test.ts', 'test/boards/load.test.ts'], { KWS_UPDATE_SCHEMAS: '1' });
}

/** Tables and the reference of commands in the documents. */
function docs() {
  vitest(['test/docs', 'test/commands/reference.test.ts'], { KWS_UPDATE_DOCS: '1' });
}

const FILES = { kernels, schemas, docs };

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(FILES);
const unknown = names.filter((name) => !Object.hasOwn(FILES, name));
if (unknown.length > 0) {
  process.stderr.write(`golden: there is no ${unknown.join(', ')}, but ${Object.keys(FILES).join(', ')}\n`);
  process.exit(2);
}
// The others are made of this repository alone.
if (names.includes('kernels')) await setup({ dev: true });
for (const name of names) FILES[name]();
run(join(root, 'node_modules', '.bin', 'biome'), ['format', '--write', 'test/golden', 'schemas']);
