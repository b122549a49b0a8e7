/**
 * `npm run fuzz -- --models N --seed S`: random models on the host and on every core against the reference engine.
 *
 *   --models N   how many (default 1000)
 *   --seed S     which (default: drawn, and printed)
 *   --on A,B     where: portable, dsp (the host with these kernels), cortex-m0plus, cortex-m4 ... (default: everywhere)
 *   --sliding    models whose windows slide, hop by hop
 *   --name NAME  one model: SEED/NUMBER, or SEED/NUMBER:STEPS for its first steps
 *
 * `npm run fuzz -- --readers SECONDS --seed S`: the readers on files of every format, changed and cut, for
 * so long, in a process of bounded memory (scripts/fuzz/readers.mjs; on what is built in dist/).
 *
 * `npm run fuzz -- --parser SECONDS --seed S`: the device's command parser under sanitizers, for so long.
 * `npm run fuzz -- --line PUSHES --seed S`: clips pushed to a virtual board over a line that damages what goes over it.
 *
 * A model that differs is cut to its first steps that do and printed under its name. Exit code 1 where one differs.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

function fail(text) {
  process.stderr.write(`fuzz: ${text}\n`);
  process.exit(2);
}

function options() {
  const text = { type: 'string' };
  try {
    const options = {
      models: text,
      seed: text,
      on: text,
      name: text,
      readers: text,
      parser: text,
      line: text,
    };
    return parseArgs({ options: { ...options, sliding: { type: 'boolean' } } }).values;
  } catch (error) {
    return fail(error.message);
  }
}

const given = options();
const count = (name, value, otherwise) => {
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value)) fail(`--${name} takes a number, not '${value}'`);
  return Number(value);
};
const settings = {
  models: count('models', given.models, 1000),
  seed: count('seed', given.seed, Math.floor(Math.random() * 1e9)),
  ...(given.name === undefined ? {} : { name: given.name }),
  ...(given.sliding ? { sliding: true } : {}),
  ...(given.parser === undefined ? {} : { parser: count('parser', given.parser, 0) }),
  ...(given.line === undefined ? {} : { line: count('line', given.line, 0) }),
  ...(given.on === undefined ? {} : { on: given.on.split(',') }),
};
process.stdout.write(`seed ${settings.seed}\n`);
if (given.readers !== undefined) {
  const { run } = await import('./fuzz/readers.mjs');
  process.exit(await run(count('readers', given.readers, 0), settings.seed));
}
const vitest = join(root, 'node_modules', '.bin', 'vitest');
const what = given.parser !== undefined ? 'parser' : given.line !== undefined ? 'line' : 'long';
const { status } = spawnSync(vitest, ['run', '--project', 'fuzz', `test/fuzz/${what}.fuzz.ts`], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, KWS_FUZZ: JSON.stringify(settings) },
});
process.exitCode = status ?? 3;
