/** The C++ band front end: the bits of TypeScript's, whatever the pieces, the octaves and the bands. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { frontendForC } from '../../src/emit/frontend/frontend.js';
import { createFrontend } from '../../src/frontend/frontend.js';
import { BANDS_SPECS } from '../frontend/bands-rows.js';
import { randomPieces } from '../frontend/micro-rows.js';
import { SIGNALS } from '../frontend/signals.js';
import { buildNative, root, runNative } from '../support/native.js';

let executable: string;
beforeAll(async () => {
  executable = await buildNative({
    name: 'bands',
    libraries: ['kws_frontend'],
    sources: [join(root, 'test', 'native', 'bands-driver.cpp')],
    ownIncludes: [join(root, 'test', 'native', 'drivers')],
    exclude: (file) => file.includes('/kws_frontend/src/') && !/\/bands\/|\/frontend\.cpp$/.test(file),
  });
});

const hexWord = (value: number) => value.toString(16).padStart(4, '0');

test.each(BANDS_SPECS)('%s', async (_, spec) => {
  const clips = Object.entries(SIGNALS).map(([name, make]) => ({ name, samples: make(spec.sampleRate) }));
  const words = frontendForC(spec).tables.flatMap((field) =>
    field.kind === 'scalar' ? [field.value] : [field.values.length, ...field.values],
  );
  words.push(clips.length);
  for (const [i, { samples }] of clips.entries()) {
    const pieces = randomPieces(samples.length, i);
    words.push(pieces.length, ...pieces);
    for (const sample of samples) words.push(sample);
  }
  const output = await runNative(executable, new Uint8Array(new Int32Array(words).buffer));
  const runs = output.split('\n\n').slice(0, clips.length);
  for (const [i, { name, samples }] of clips.entries()) {
    const frames = createFrontend(spec).push(samples);
    const own = runs[i]!.split('\n').filter((line) => line !== '');
    expect(own, name).toEqual(frames.map((frame) => Array.from(frame, hexWord).join('')));
  }
});
