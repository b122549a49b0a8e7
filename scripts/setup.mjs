/**
 * Installs what a fresh clone needs: system packages, npm packages, the compiled tool, PlatformIO in a venv,
 * and with `--dev` the C++ and Python linters of the test command and the implementations it compares with.
 *
 * Plain Node, no dependencies: it runs before anything is installed. Every step looks first and does nothing
 * where nothing is missing. On a terminal it asks before it installs system-wide; without one it goes on.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { runJobs, runKept } from './jobs.mjs';
import { tflmLibrary } from './tflm-library.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache');
export const devVenv = join(cache, 'dev-venv');
const oracleVenv = join(cache, 'oracle-venv');

/** Commands the project calls, and the Debian packages that bring them; `dev`: for its own tests alone. */
export const SYSTEM_TOOLS = [
  { command: 'python3', packages: ['python3'], dev: false },
  { command: 'g++', packages: ['g++'], dev: false },
  {
    command: 'arm-none-eabi-g++',
    packages: ['gcc-arm-none-eabi', 'libnewlib-arm-none-eabi', 'libstdc++-arm-none-eabi-newlib'],
    dev: false,
  },
  { command: 'qemu-system-arm', packages: ['qemu-system-arm'], dev: false },
  { command: 'cmake', packages: ['cmake'], dev: true },
  { command: 'cargo', packages: ['cargo'], dev: true },
  // Voices of `kws-gen train`.
  { command: 'espeak-ng', packages: ['espeak-ng'], dev: true },
  { command: 'flite', packages: ['flite'], dev: true },
  {
    command: 'text2wave',
    packages: ['festival', 'festvox-us-slt-hts', 'festvox-kallpc16k', 'festvox-kdlpc16k'],
    dev: true,
  },
];

/** What the web view is tested in, where there is one of them or the package brings it. */
export const BROWSERS = ['chromium', 'google-chrome', 'chromium-browser'];
const BROWSER_PACKAGE = 'chromium';

function say(text) {
  process.stderr.write(`${text}\n`);
}

function onPath(command) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some(
      (folder) =>
        folder !== '' && existsSync(join(folder, command)) && statSync(join(folder, command)).isFile(),
    );
}

/** @param quiet whether what goes to standard output is no progress */
async function run(command, args, { quiet = false, ...options } = {}) {
  const line = `${command} ${args.join(' ')}`;
  say(`> ${line}`);
  const { code, text, told } = await runKept(command, args, { cwd: root, ...options });
  // Results belong to whoever called; what is installed is progress.
  process.stderr.write(quiet ? told : text);
  if (code !== 0) throw new Error(`'${line}' failed`);
}

/** `python3 -m venv` needs a package of its own on Debian. */
function venvWorks() {
  return spawnSync('python3', ['-c', 'import ensurepip, venv'], { stdio: 'ignore' }).status === 0;
}

function missingPackages(dev) {
  const missing = SYSTEM_TOOLS.filter((tool) => (dev || !tool.dev) && !onPath(tool.command)).flatMap(
    (tool) => tool.packages,
  );
  if (onPath('python3') && !venvWorks()) missing.push('python3-venv');
  if (!onPath('python3')) missing.push('python3-venv');
  return [...new Set(missing)];
}

async function confirmed(question) {
  if (!process.stdin.isTTY || !process.stderr.isTTY || process.env.CI) return true;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`${question} [Y/n] `);
  prompt.close();
  return /^(|y|yes)$/i.test(answer.trim());
}

const canInstall = () => process.platform === 'linux' && onPath('apt-get') && process.getuid?.() === 0;

/** What is to be installed system-wide; ends the process where that cannot be, or is not wanted. */
async function systemPackages(dev) {
  const packages = missingPackages(dev);
  if (packages.length === 0) return packages;
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!canInstall()) {
    say(`setup: these system packages are missing: ${packages.join(' ')}`);
    say(
      onPath('apt-get')
        ? `  next: sudo ${command}`
        : '  next: install what brings these commands on your system',
    );
    process.exit(3);
  }
  if (!(await confirmed(`Install system-wide: ${packages.join(' ')}?`))) {
    say(`setup: nothing installed; next: ${command}`);
    process.exit(3);
  }
  return packages;
}

async function installPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env });
}

/** Tests that need it are skipped where it cannot be had: some systems have no such package. */
async function installBrowser() {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    if (!existsSync('/var/lib/apt/lists') || spawnSync('apt-cache', ['show', BROWSER_PACKAGE]).status !== 0)
      await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', BROWSER_PACKAGE], { env });
  } catch (error) {
    say(`setup: ${error.message}: tests in a browser are skipped`);
  }
}

/** The job, where a browser is missing and may be installed. */
function browserJob() {
  if (BROWSERS.some(onPath)) return [];
  if (canInstall()) return [{ name: BROWSER, needs: [SYSTEM], work: installBrowser }];
  say(`setup: no browser: tests in one are skipped; next: install ${BROWSER_PACKAGE}`);
  return [];
}

const stampOf = (name) => join(cache, 'setup', name);

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

/** A job that fills a folder, where the files it is made from are not those of the last time. */
function filling(name, { files, folder, needs }, work) {
  const stamp = stampOf(basename(folder) === 'node_modules' ? 'npm' : basename(folder));
  const wanted = hashOf(files);
  if (existsSync(folder) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return [];
  refuseLink(folder);
  const filled = async () => {
    await work();
    mkdirSync(join(cache, 'setup'), { recursive: true });
    writeFileSync(stamp, wanted);
  };
  return [{ name, needs, work: filled }];
}

function npm(...args) {
  // npm is a shell script on Windows; npm_execpath is the JavaScript behind it when npm runs us.
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? run(process.execPath, [script, ...args]) : run('npm', args);
}

/** What is emptied before it is filled must be ours: through a link it would be somebody else's that is emptied. */
export function refuseLink(path) {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  say(`setup: ${path} is a link, and is out of date; nothing was changed`);
  say('  why: it would be emptied where it leads to, for all who use it');
  say('  next: remove the link and run this again, or bring what it leads to up to date there');
  process.exit(3);
}

function venv(name, folder, requirements) {
  return filling(name, { files: [requirements], folder, needs: [SYSTEM] }, async () => {
    await run('python3', ['-m', 'venv', '--clear', folder]);
    const pip = join(folder, 'bin', 'pip');
    const locked = requirements.endsWith('.lock') ? ['--require-hashes'] : [];
    await run(pip, ['install', '--disable-pip-version-check', ...locked, '-r', requirements]);
  });
}

const tool = (...args) => run(process.execPath, [join(root, 'dist', 'cli.js'), ...args], { quiet: true });

const SYSTEM = 'system packages';
/** Jobs that others wait for. */
export const NPM = 'npm packages';
export const TOOL = 'the compiled tool';
export const LINTERS = 'linters of C++ and Python';
export const ORACLES = 'other implementations';
export const BROWSER = 'a browser';

/**
 * What is to be done, as jobs for `runJobs`; with `dev`, also what only the test command needs. Asks what there is to
 * be asked, and ends the process where something is in the way.
 */
export async function setupJobs({ dev = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    say(`setup: Node ${process.versions.node} is too old; next: install Node 20 or newer`);
    process.exit(3);
  }
  const packages = await systemPackages(dev);
  const modules = { files: ['package-lock.json'], folder: join(root, 'node_modules'), needs: [] };
  const PLATFORMIO = 'PlatformIO';
  const jobs = [
    ...(packages.length === 0 ? [] : [{ name: SYSTEM, needs: [], work: () => installPackages(packages) }]),
    ...filling(NPM, modules, () => npm('ci', '--no-fund', '--no-audit')),
    { name: TOOL, needs: [NPM], work: () => npm('run', '--silent', 'build') },
    // The largest first.
    ...(dev ? venv(ORACLES, oracleVenv, 'scripts/requirements-oracles.lock') : []),
    { name: PLATFORMIO, needs: [SYSTEM, TOOL], work: () => tool('doctor', '--fix', '--json') },
  ];
  if (dev) {
    const training = () => tool('train', '--fix', '--no-neural', '--yes', '--json');
    jobs.push(
      ...browserJob(),
      ...venv(LINTERS, devVenv, 'scripts/requirements-dev.lock'),
      { name: 'training', needs: [SYSTEM, PLATFORMIO], work: training },
      { name: 'TensorFlow Lite Micro', needs: [SYSTEM], work: () => tflmLibrary(cache, run) },
    );
  }
  return jobs.map((job) => ({ ...job, work: () => told(job) }));
}

/** Does a job; whether it went well. */
async function told({ name, work }) {
  try {
    await work();
    return true;
  } catch (error) {
    say(`setup: ${name}: ${error.message}`);
    return false;
  }
}

/** Does everything, or ends the process. */
export async function setup(options) {
  const failed = await runJobs(await setupJobs(options), 2);
  if (failed.length === 0) return;
  say(`setup: not done: ${failed.join(', ')}`);
  process.exit(3);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup({ dev: process.argv.includes('--dev') });
}
