/**
 * `metadata.json`, which Teachable Machine and TensorFlow.js speech-commands write beside a model of sound: its
 * labels, and that it hears through their front end.
 *
 * Specification: TransferModelMetadata of @tensorflow-models/speech-commands (tfjsSpeechCommandsVersion, wordLabels).
 */
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import type { Model } from '../model/types.js';
import type { Siblings } from './siblings.js';

const FILE = 'metadata.json';
const MOST_BYTES = 64 * 1024;
const MOST_LABELS = 4096;

/** Nothing where there is no such file, or it is none of theirs. */
export async function readTeachableMachine(siblings: Siblings): Promise<Pick<Model, 'labels' | 'frontend'>> {
  let json: unknown;
  try {
    const bytes = await siblings(FILE);
    if (bytes.length > MOST_BYTES) return {};
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return {};
  }
  if (typeof json !== 'object' || json === null) return {};
  const { tfjsSpeechCommandsVersion: version, wordLabels } = json as Readonly<Record<string, unknown>>;
  if (typeof version !== 'string' || !Array.isArray(wordLabels)) return {};
  const labels = wordLabels.filter((label): label is string => typeof label === 'string' && label !== '');
  const valid = labels.length === wordLabels.length && labels.length > 0 && labels.length <= MOST_LABELS;
  return { frontend: FRONTEND_PRESETS['tfjs-speech-commands'], ...(valid ? { labels } : {}) };
}
