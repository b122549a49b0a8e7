/** Writes the example's model and clips beside itself: `node scripts/run-ts.mjs examples/chirp/make.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeModel } from 'kws-gen';
import { chirpModel } from './model.js';
import { clips, wavFile } from './sound.js';

const folder = process.argv[2] ?? join('examples', 'chirp');
writeFileSync(join(folder, 'chirp.tflite'), writeModel(chirpModel()));
for (const [name, pcm] of clips()) writeFileSync(join(folder, name), wavFile(pcm));
