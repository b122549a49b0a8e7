/**
 * What evaluating costs as a whole process on all cores: recordings without a wake word, made here, through
 * the example that hears one.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noise, toPcm, wavFile } from '../examples/chirp/sound.js';
import { type ProcessCost, processCost } from './process.js';
import { root } from './workloads.js';

export interface EvaluatingRow extends ProcessCost {
  readonly model: string;
  /** Minutes of recordings. */
  readonly audio: number;
  /** Hours of recordings per minute of two cores that do nothing else. */
  readonly hoursPerMinute: number;
}

const PROJECT = join(root, 'examples', 'computer');

const FILES = 20;
const FILE_SECONDS = 60;

export function measureEvaluating(): EvaluatingRow[] {
  const scratch = mkdtempSync(join(tmpdir(), 'kws-bench-'));
  try {
    const sounds = join(scratch, 'sounds');
    mkdirSync(sounds);
    for (let i = 0; i < FILES; i++)
      writeFileSync(join(sounds, `${String(i).padStart(2, '0')}.wav`), wavFile(toPcm(household(i))));
    const cost = processCost([
      process.execPath,
      join(root, 'dist', 'cli.js'),
      'evaluate',
      ...['--project', PROJECT, '--negatives', sounds, '--json'],
    ]);
    const audio = (FILES * FILE_SECONDS) / 60;
    const { name } = JSON.parse(readFileSync(join(PROJECT, 'kws.json'), 'utf8')) as { name: string };
    const hoursPerMinute = Math.round((10 * 2 * audio) / cost.cpu) / 10;
    return [{ model: name, audio, hoursPerMinute, ...cost }];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
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
