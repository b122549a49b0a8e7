/**
 * The test command: sets up what is missing, with lint, format, types and unit tests beside it, then every other test.
 *
 * `npm test` runs everything; `npm test -- --only lint,unit` runs some of the steps. Under KWS_STRICT=1 a
 * skipped test is a failure. The last line counts what ran.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runJobs, runKept } from './jobs.mjs';
import { BROWSER, devVenv, LINTERS, NPM, ORACLES, setupJobs, TOOL } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const strict = process.env.KWS_STRICT === '1';
const bin = (name) => join(root, 'node_modules', '.bin', name);
const tool = (name) => join(devVenv, 'bin', name);

const only = process.argv.includes('--only')
  ? process.argv[process.argv.indexOf('--only') + 1].split(',')
  : undefined;
const wanted = (steps) => only === undefined || steps.split(', ').some((step) => only.includes(step));

function filesUnder(folder, pattern) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && pattern.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const cpp = () => [...filesUnder('templates', /\.(cpp|h)$/), ...filesUnder('test', /\.(cpp|h)$/)];
const python = ['templates', 'scripts', 'test', 'examples', 'bench'].filter((folder) =>
  existsSync(join(root, folder)),
);

const tellEnd = (name, code, began) =>
  process.stdout.write(
    `== ${name}: ${code === 0 ? 'ok' : `failed (${code})`}, ${((Date.now() - began) / 1000).toFixed(1)} s\n`,
  );

/** Beside others: what it prints is kept until it ends. */
async function run(name, command, args) {
  const began = Date.now();
  const { code, text } = await runKept(command, args, { cwd: root });
  process.stdout.write(`\n== ${name}\n${text}`);
  tellEnd(name, code, began);
  return code === 0;
}

/** Alone: what it prints is seen at once. */
function runAlone(name, command, args) {
  const began = Date.now();
  process.stdout.write(`\n== ${name}\n`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.on('error', (error) => {
      process.stdout.write(`${name}: ${error.message}\n`);
      resolve(false);
    });
    child.on('exit', (code) => {
      tellEnd(name, code, began);
      resolve(code === 0);
    });
  });
}

/** clang-tidy over the device libraries. */
async function tidy() {
  const includes = readdirSync(join(root, 'templates/lib')).map(
    (name) => `-I${join(root, 'templates/lib', name, 'include')}`,
  );
  // The HALs of real boards need their vendors' headers, which the HAL tests stand in for.
  const sources = filesUnder('templates/lib', /\.cpp$/).filter(
    (file) => !/kws_hal\/src\/.+\/|kws_model_tflm/.test(file),
  );
  // Kernels of instruction sets pass in registers what other code puts into a struct.
  const own = sources.filter((file) => /kws_kernels\/src\/(?!portable\/)[^/]+\//.test(file));
  const others = sources.filter((file) => !own.includes(file));
  const check = (files, n, ...options) =>
    run(`clang-tidy ${n}/2`, tool('clang-tidy'), [
      '--quiet',
      ...options,
      ...files,
      '--',
      '-std=c++17',
      '-fno-exceptions',
      '-fno-rtti',
      ...includes,
    ]);
  const ok = await check(others, 1);
  return (await check(own, 2, '--checks=-readability-function-size')) && ok;
}

const counts = { passed: 0, failed: 0, skipped: 0 };

/** Projects together: their files fill both cores to the end. */
async function vitest(runIt, ...projects) {
  const report = join(root, '.cache', `vitest-${projects.join('-')}.json`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(report, { force: true });
  const ok = await runIt(`tests: ${projects.join(', ')}`, bin('vitest'), [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  if (!existsSync(report)) return false;
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = result.numPendingTests + (result.numTodoTests ?? 0);
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests;
  counts.skipped += skipped;
  for (const file of result.testResults) {
    for (const one of file.assertionResults) {
      if (one.status !== 'passed' && one.status !== 'failed')
        process.stdout.write(`skipped: ${one.fullName}\n`);
    }
  }
  if (strict && skipped > 0) process.stdout.write(`KWS_STRICT: ${skipped} skipped tests count as failures\n`);
  return ok && result.success && !(strict && skipped > 0);
}

/** What needs compilers, virtual boards or other implementations. */
const LONG = ['native', 'oracles', 'firmware', 'e2e'].filter(wanted);

/** What runs beside the set-up, with what it needs of it. */
const STEPS = [
  ['types', [NPM], () => run('types', bin('tsc'), ['-p', 'tsconfig.json', '--noEmit'])],
  [
    'lint',
    [TOOL],
    () => run('lint and format, TypeScript', bin('biome'), ['check', '--error-on-warnings', '.']),
  ],
  ['lint', [TOOL], () => run('exports, files and dependencies that nobody uses', bin('knip'), [])],
  ['lint', [LINTERS], () => run('format, C++', tool('clang-format'), ['--dry-run', '-Werror', ...cpp()])],
  ['lint', [LINTERS], () => run('lint, Python', tool('ruff'), ['check', '--no-cache', ...python])],
  [
    'lint',
    [LINTERS],
    () => run('format, Python', tool('ruff'), ['format', '--no-cache', '--check', ...python]),
  ],
  ['tidy', [LINTERS], tidy],
];

const started = Date.now();
const setups = await setupJobs({ dev: true });
// Unit tests take every core: last, beside the largest downloads.
const others = setups.map(({ name }) => name).filter((name) => name !== ORACLES && name !== BROWSER);
const steps = [...STEPS, ['unit', others, () => vitest(run, 'unit')]]
  .filter(([step]) => wanted(step))
  .map(([step, needs, work], i) => ({ name: `${step} ${i}`, step, needs, work }));
const failed = await runJobs([...setups, ...steps], 2);
// Without what the tests need nothing can be said of them.
const notSetUp = setups.map(({ name }) => name).filter((name) => failed.includes(name));
if (notSetUp.length > 0) {
  process.stderr.write(`the set-up failed: ${notSetUp.join(', ')}\n`);
  process.exit(3);
}
const failures = steps.filter(({ name }) => failed.includes(name)).map(({ step }) => step);
if (LONG.length > 0 && !(await vitest(runAlone, ...LONG))) failures.push(LONG.join(', '));
process.stdout.write(`\n${((Date.now() - started) / 1000).toFixed(0)} s in all\n`);
if (failures.length > 0) process.stdout.write(`failed: ${[...new Set(failures)].join(', ')}\n`);
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = failures.length > 0 ? 1 : 0;
