/** What a trained network becomes: the kws.json of a project, and the names in it. */
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import type { KwsFile } from '../project/schema.js';
import { STEP_MS } from './frontends.js';
import type { TrainRequest } from './types.js';
import { wordsOf } from './words/near.js';

/** Label of everything that is not the word. */
const OTHER = 'other';

/** `hey device` → `hey_device`: safe in C, in paths and in the protocol's lines. */
export function nameOf(word: string): string {
  const plain = wordsOf(word)
    .join('_')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_]/g, '')
    .replace(/^_+|_+$/g, '')
    .slice(0, 48);
  return plain === '' ? 'wake_word' : plain;
}

/** Feature steps from one inference to the next: 80 ms. */
export const HOP = 4;

/** What the outputs of a trained network mean. */
export const labelsOf = ({ word, network }: Pick<TrainRequest, 'word' | 'network'>): string[] =>
  network === 'streaming' ? [word] : [OTHER, word];

export function kwsFile(request: TrainRequest): KwsFile {
  const { word, board, frontend: preset } = request;
  const name = nameOf(word);
  return {
    version: 1,
    name,
    board,
    frontend: FRONTEND_PRESETS[preset].stepMs === STEP_MS ? preset : { preset, stepMs: STEP_MS },
    models: [
      {
        name,
        file: `model/${name}.tflite`,
        labels: labelsOf(request),
        hop: HOP,
        detector: { preset: 'general', targets: [word] },
      },
    ],
  };
}
