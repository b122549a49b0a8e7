/**
 * What int8 costs at the detector: the float model and the quantized one hear the same recordings through the
 * same front end and the same decisions.
 *
 *     node compare.js PROJECT FOLDER...
 *
 * PROJECT has kws.json with a float model and what it is calibrated with. Prints one line of JSON: per folder its
 * clips, those that both, only one or none of the two models fires in, and the inferences in which both are on the
 * same side of one half.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHostRun, loadClip, loadProject, openModel, readModel, simplifyModel } from 'kws-gen';

const [folder, ...recordings] = process.argv.slice(2).map((path) => resolve(path));
const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

// A run, and the score of the second output that stands for one half.
const float = {
  run: await runOf(folder, async (bytes, name, siblings) =>
    simplifyModel(await readModel(bytes, name, siblings)),
  ),
  half: 128,
};
const scratch = mkdtempSync(join(tmpdir(), 'kws-gen-compare-'));
const int8 = { run: await runOf(quantized(scratch), async (bytes, name) => openModel(bytes, name)), half: 0 };
rmSync(scratch, { recursive: true });
const figures = {};
for (const path of recordings) figures[path] = await compare(path);
process.stdout.write(`${JSON.stringify(figures)}\n`);

async function runOf(directory, opener) {
  return createHostRun(await loadProject(directory, { openModel: opener }));
}

/** The same project with an int8 file, in another folder. */
function quantized(made) {
  const project = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8'));
  execFileSync(process.execPath, [cli, 'quantize', '--project', folder, '-o', join(made, 'int8.tflite')], {
    stdio: 'ignore',
  });
  const [{ quantize: _, ...model }] = project.models;
  project.models = [{ ...model, file: 'int8.tflite' }];
  writeFileSync(join(made, 'kws.json'), JSON.stringify(project));
  return made;
}

async function compare(path) {
  const counts = { clips: 0, both: 0, onlyFloat: 0, onlyInt8: 0, none: 0, inferences: 0, sameSide: 0 };
  for (const name of readdirSync(path).sort()) {
    const pcm = padded(await loadClip(join(path, name), 16_000));
    const heard = [float, int8].map(({ run, half }) => listen(run, half, pcm));
    counts.clips++;
    counts[outcome(heard[0].fired, heard[1].fired)]++;
    counts.inferences += heard[0].sides.length;
    counts.sameSide += heard[0].sides.filter((side, n) => side === heard[1].sides[n]).length;
  }
  return counts;
}

function outcome(float, int8) {
  if (float && int8) return 'both';
  if (float) return 'onlyFloat';
  return int8 ? 'onlyInt8' : 'none';
}

function listen(run, half, pcm) {
  run.reset();
  const events = run.push(pcm);
  const sides = events.filter(({ t }) => t === 'score').map(({ q }) => q[1] >= half);
  return { fired: events.some(({ t }) => t === 'detect'), sides };
}

/** A second of faint noise before and after it. */
function padded(pcm) {
  const out = new Int16Array(pcm.length + 32_000);
  let state = 1;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out[i] = (state >>> 30) - 2;
  }
  for (let i = 0; i < pcm.length; i++) out[i + 16_000] = pcm[i];
  return out;
}
