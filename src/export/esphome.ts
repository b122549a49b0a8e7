/**
 * What ESPHome's micro_wake_word takes: a manifest and a model file per wake word.
 *
 * Its component computes the front end, runs the model and decides by a rule of its own; which models that is right for
 * is `quantize/manifest.ts`'s to say.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DETECTOR_PRESETS, detectorSpec } from '../detector/settings.js';
import { KwsError } from '../diagnostics/errors.js';
import type { ListenerInput } from '../emit/listener.js';
import { markdownText } from '../emit/markdown.js';
import { fillTemplate } from '../emit/templates.js';
import { stepMs } from '../frontend/spec.js';
import type { ResolvedModel, ResolvedProject } from '../project/types.js';
import { microWakeWordManifest } from '../quantize/manifest.js';
import { type ExportedFiles, libraryName } from './support.js';

/** @throws KwsError (exit code 2) naming everything in which some model does not fit, and the way out */
export function esphomeFiles({ project, toolVersion }: ListenerInput): ExportedFiles {
  const files = new Map<string, string | Uint8Array>();
  const problems = [];
  for (const model of project.models) {
    try {
      files.set(`${model.name}.json`, manifestOf(project, model));
    } catch (error) {
      if (!(error instanceof KwsError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, where: model.name })));
    }
    files.set(`${model.name}.tflite`, model.model.source.bytes);
  }
  if (problems.length > 0) throw new KwsError(problems, 2);
  const wakeWords = project.models.filter(({ name }) => name !== project.gate);
  const readme = {
    name: markdownText(project.name),
    folder: `${libraryName(project)}-esphome`,
    toolVersion,
    models: project.models.map((model) => ({
      name: model.name,
      words: markdownText(wordsOf(model)),
      sha256: createHash('sha256').update(model.model.source.bytes).digest('hex'),
    })),
    vad: project.gate,
    words: wakeWords.map(({ name }) => name),
    other: wakeWords.filter((model) => !decidesAlike(project, model)).map(({ name }) => name),
  };
  return files.set('README.md', fillTemplate('esphome/README.md', readme, 'export'));
}

function manifestOf(project: ResolvedProject, model: ResolvedModel): string {
  const { cutoff, window } = model.detector;
  const { manifest: kept = {} } = model;
  const settings = {
    wakeWord: model.name === project.gate ? 'vad' : wordsOf(model),
    file: `${model.name}.tflite`,
    ...{ cutoff, window, kept, option: '--esphome' },
  };
  return microWakeWordManifest(model.model, project.frontend, settings);
}

const wordsOf = ({ labels, detector }: ResolvedModel): string =>
  detector.targets.map((target) => labels[target]!).join(', ');

/** Whether its detector is the one that ESPHome has, whatever its cutoff and window. */
function decidesAlike({ frontend }: ResolvedProject, { detector, hop }: ResolvedModel): boolean {
  if (frontend.kind === 'none') return false;
  const { cutoff, window, targets } = detector;
  const timing = { stepMs: stepMs(frontend), hop };
  const theirs = detectorSpec({ ...DETECTOR_PRESETS['micro-wake-word'], cutoff, window }, timing, targets);
  return isDeepStrictEqual(detector, theirs);
}
