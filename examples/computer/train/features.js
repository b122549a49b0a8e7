/**
 * Sound → features, by kws-gen's own front end with the settings of the example's kws.json: the numbers that a
 * device computes.
 *
 *     node features.js FOLDER NAME...
 *
 * Reads FOLDER/NAME.pcm (int16, mono, 16 kHz) and FOLDER/NAME.lengths.json (samples of each passage), writes
 * FOLDER/NAME.frames.u8: frames x channels of all passages, one after the other, as the model's int8 input + 128,
 * and FOLDER/NAME.frames.json, how many frames each has. The front end is reset before every passage.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFrontend, FRONTEND_PRESETS, parseFrontendSpec, quantizeFeature } from 'kws-gen';

const [folder, ...names] = process.argv.slice(2);
const project = JSON.parse(readFileSync(new URL('../kws.json', import.meta.url), 'utf8'));
const { preset, ...changed } = project.frontend;
const frontend = createFrontend(parseFrontendSpec({ ...FRONTEND_PRESETS[preset], ...changed }));

for (const name of names) {
  const bytes = readFileSync(join(folder, `${name}.pcm`));
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const lengths = JSON.parse(readFileSync(join(folder, `${name}.lengths.json`), 'utf8'));
  const counts = [];
  const rows = [];
  let at = 0;
  for (const length of lengths) {
    frontend.reset();
    const frames = frontend.push(samples.subarray(at, at + length));
    at += length;
    counts.push(frames.length);
    for (const frame of frames) rows.push(Uint8Array.from(frame, (value) => quantizeFeature(value) + 128));
  }
  writeFileSync(join(folder, `${name}.frames.u8`), Buffer.concat(rows));
  writeFileSync(join(folder, `${name}.frames.json`), JSON.stringify(counts));
}
