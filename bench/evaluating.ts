/**
 * What evaluating costs as a whole process on all cores: recordings without a wake word, through a model of the
 * size that wake words have, every 80 ms. Both are made here.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noise, toPcm, wavFile } from '../examples/chirp/sound.js';
import { dsCnn } from './ds-cnn.js';
import { type ProcessCost, processCost } from './process.js';
import { root } from './workloads.js';

export interface EvaluatingRow extends ProcessCost {
  readonly model: string;
  /** Minutes of recordings. */
  readonly audio: number;
  /** Hours of recordings per minute of two cores that do nothing else. */
  readonly hoursPerMinute: number;
}

/** A project's folder to measure; the one that is made here where there is none. */
const PROJECT: string | undefined = undefined;

const FILES = 20;
const FILE_SECONDS = 60;

export function measureEvaluating(): EvaluatingRow[] {
  const scratch = mkdtempSync(join(tmpdir(), 'kws-bench-'));
  try {
    const project = PROJECT ?? makeProject(join(scratch, 'project'));
    const sounds = join(scratch, 'sounds');
    mkdirSync(sounds);
    for (let i = 0; i < FILES; i++)
      writeFileSync(join(sounds, `${String(i).padStart(2, '0')}.wav`), wavFile(toPcm(household(i))));
    const cost = processCost([
      process.execPath,
      join(root, 'dist', 'cli.js'),
      'evaluate',
      ...['--project', project, '--negatives', sounds, '--json'],
    ]);
    const audio = (FILES * FILE_SECONDS) / 60;
    const { name } = JSON.parse(readFileSync(join(project, 'kws.json'), 'utf8')) as { name: string };
    const hoursPerMinute = Math.round((10 * 2 * audio) / cost.cpu) / 10;
    return [{ model: name, audio, hoursPerMinute, ...cost }];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function makeProject(folder: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'ds-cnn.tflite'), dsCnn());
  const kws = {
    version: 1,
    name: 'ds-cnn',
    frontend: 'micro-speech',
    models: [
      {
        name: 'ds-cnn',
        file: 'ds-cnn.tflite',
        labels: ['other', 'word'],
        hop: 4,
        detector: { preset: 'general', targets: ['word'] },
      },
    ],
  };
  writeFileSync(join(folder, 'kws.json'), JSON.stringify(kws));
  return folder;
}

/** Faint noise with a burst of another loudness in every second. */
function household(seed: number): Float64Array {
  const quiet = noise(FILE_SECONDS, 0.002, 2 * seed + 1);
  const loud = noise(FILE_SECONDS, 1, 2 * seed + 2);
  const rate = quiet.length / FILE_SECONDS;
  return quiet.map((value, i) => {
    const [second, within] = [Math.floor(i / rate), (i % rate) / rate];
    const loudness = 0.3 * 2 ** -((second * 7 + seed) % 9);
    return within < 0.4 ? value + loudness * loud[i]! * Math.sin(2.5 * Math.PI * within) : value;
  });
}
