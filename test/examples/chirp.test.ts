import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chirpModel } from '../../examples/chirp/model.js';
import { chirp, clips, mixed, noise, RATE, toPcm, wavFile } from '../../examples/chirp/sound.js';
import { createHostRun, type HostEvent, runClip } from '../../src/evaluate/host-run.js';
import { loadProject } from '../../src/project/load.js';
import { writeModel } from '../../src/tflite/build.js';
import { root } from '../support/native.js';

const folder = join(root, 'examples', 'chirp');
const project = await loadProject(folder);
const run = createHostRun(project);
const heard = (events: readonly HostEvent[]) =>
  events.flatMap((event) => (event.t === 'detect' ? [`${event.label} at ${event.ms}`] : []));

describe('files of the example', () => {
  test('the model is the one the script writes', () => {
    expect(Buffer.from(writeModel(chirpModel())).equals(readFileSync(join(folder, 'chirp.tflite')))).toBe(
      true,
    );
  });
  test.each([...clips()])('%s is the one the script writes', (name, pcm) => {
    expect(Buffer.from(wavFile(pcm)).equals(readFileSync(join(folder, name)))).toBe(true);
  });
});

const room = noise(2, 0.003, 7);
test.each([
  {
    name: 'two rising chirps',
    pcm: clips().get('chirp.wav')!,
    detections: ['chirp at 800', 'chirp at 1820'],
  },
  { name: 'a falling chirp and a burst of noise', pcm: clips().get('other.wav')!, detections: [] },
  { name: 'silence', pcm: new Int16Array(2 * RATE), detections: [] },
  { name: 'loud noise', pcm: toPcm(noise(10, 0.5, 3)), detections: [] },
  {
    name: 'a steady tone',
    pcm: toPcm(
      mixed(
        room,
        Float64Array.from({ length: RATE }, (_, i) => 0.3 * Math.sin(i / 3)),
        0.5,
      ),
    ),
    detections: [],
  },
])('$name', ({ pcm, detections }) => {
  expect(heard(runClip(run, pcm))).toEqual(detections);
});

test('a chirp is heard wherever it begins and however loud it is', () => {
  const missed = Array.from({ length: 20 }, (_, i) => i).filter((i) => {
    const sound = chirp('up', 0.03 + 0.03 * i);
    return heard(runClip(run, toPcm(mixed(noise(1.5, 0.003, i + 1), sound, 0.5 + i * 0.0011)))).length !== 1;
  });
  expect(missed).toEqual([]);
});
