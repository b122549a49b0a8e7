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
import { tflmLibrary } from './tflm-library.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache');
export const devVenv = join(cache, 'dev-venv');
const oracleVenv = join(cache, 'oracle-venv');

/** Commands the project calls, and the Debian packages that bring them. */
const SYSTEM_TOOLS = [
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

function run(command, args, options = {}) {
  say(`> ${command} ${args.join(' ')}`);
  const result = spawnSync(command, args, {
    cwd: root,
    // Results belong to whoever called; what is installed is progress.
    stdio: ['ignore', process.stderr, process.stderr],
    shell: false,
    ...options,
  });
  if (result.status !== 0) {
    say(`setup: '${command} ${args.join(' ')}' failed${result.error ? `: ${result.error.message}` : ''}`);
    process.exit(3);
  }
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

async function systemPackages(dev) {
  const packages = missingPackages(dev);
  if (packages.length === 0) return;
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`;
  const canInstall = process.platform === 'linux' && onPath('apt-get') && process.getuid?.() === 0;
  if (!canInstall) {
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
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-q'], { env: environment });
  run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env: environment });
}

/** Runs `work` unless the files it depends on are those of the last time. */
function onceFor(name, files, made, work) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(root, file)));
  const stamp = join(cache, 'setup', name);
  const wanted = hash.digest('hex');
  if (existsSync(made) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  work();
  mkdirSync(join(cache, 'setup'), { recursive: true });
  writeFileSync(stamp, wanted);
}

function npm(...args) {
  // npm is a shell script on Windows; npm_execpath is the JavaScript behind it when npm runs us.
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) run(process.execPath, [script, ...args]);
  else run('npm', args);
}

/** What is emptied before it is filled must be ours: through a link it would be somebody else's that is emptied. */
export function refuseLink(path) {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  say(`setup: ${path} is a link, and is out of date; nothing was changed`);
  say('  why: it would be emptied where it leads to, for all who use it');
  say('  next: remove the link and run this again, or bring what it leads to up to date there');
  process.exit(3);
}

function venv(folder, requirements) {
  onceFor(basename(folder), [requirements], folder, () => {
    refuseLink(folder);
    run('python3', ['-m', 'venv', '--clear', folder]);
    const pip = join(folder, 'bin', 'pip');
    const locked = requirements.endsWith('.lock') ? ['--require-hashes'] : [];
    run(pip, ['install', '--disable-pip-version-check', ...locked, '-r', requirements]);
  });
}

/** Does everything; with `dev`, also what only the test command needs. */
export async function setup({ dev = false } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    say(`setup: Node ${process.versions.node} is too old; next: install Node 20 or newer`);
    process.exit(3);
  }
  await systemPackages(dev);
  const modules = join(root, 'node_modules');
  onceFor('npm', ['package-lock.json'], modules, () => {
    refuseLink(modules);
    npm('ci', '--no-fund', '--no-audit');
  });
  npm('run', '--silent', 'build');
  run(process.execPath, [join(root, 'dist', 'cli.js'), 'doctor', '--fix', '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (!dev) return;
  venv(devVenv, 'scripts/requirements-dev.lock');
  venv(oracleVenv, 'scripts/requirements-oracles.lock');
  run(process.execPath, [join(root, 'dist', 'cli.js'), 'train', '--fix', '--yes', '--json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  tflmLibrary(cache, run);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup({ dev: process.argv.includes('--dev') });
}
