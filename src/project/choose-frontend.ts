/**
 * Which front end a drafted project has: what the user names, what the model's file proves, or what somebody
 * answers; otherwise everything that could be, with the way to find out.
 *
 * Leaves to others: which could be (`guess.ts`), settings that would fit (`hints.ts`).
 */
import { basename } from 'node:path';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../frontend/presets.js';
import { frontendHash } from '../frontend/spec.js';
import { channelsOf, describeTensor, framesOf, inputOf } from '../model/fit.js';
import type { MicroWakeWordManifest } from '../readers/microwakeword.js';
import type { Asker } from './asker.js';
import { resolveFrontend } from './frontend.js';
import { parseFrontend } from './frontend-option.js';
import { type FrontendGuess, guessFrontend, PRESETS } from './guess.js';
import { frontendHints, hintText } from './hints.js';
import type { FrontendEntry } from './schema.js';
import type { Source } from './source.js';

export interface FrontendChoice {
  readonly frontend?: string | undefined;
  readonly asker?: Asker | undefined;
}

export async function chooseFrontend(
  source: Source,
  { frontend, asker }: FrontendChoice,
  problems: Problem[],
  notes: string[],
): Promise<FrontendEntry | undefined> {
  if (frontend !== undefined) return named(frontend, source, problems, notes);
  if (source.manifest !== undefined) {
    noteOtherStep(source.manifest, source, notes);
    return manifestFrontend(source.manifest);
  }
  const guess = guessFrontend(source.model);
  const [only] = guess.candidates;
  if (guess.proven && only !== undefined) {
    notes.push(`front end ${only}, because ${guess.reason}; --frontend names another one`);
    return only;
  }
  if (guess.spec !== undefined && guess.spec.kind !== 'none') {
    notes.push(`the front end that the model’s file describes (${frontendHash(guess.spec).slice(0, 12)})`);
    return guess.spec as FrontendEntry;
  }
  if (asker !== undefined) return named(await ask(source, guess, asker), source, problems, notes);
  problems.push(frontendProblem(source, guess));
  return undefined;
}

function named(
  text: string,
  source: Source,
  problems: Problem[],
  notes: string[],
): FrontendEntry | undefined {
  let entry: FrontendEntry;
  try {
    entry = parseFrontend(text);
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
  noteOtherFrontend(text, source, notes);
  return fitting(entry, text, source, problems) ? entry : undefined;
}

function noteOtherFrontend(frontend: string, { manifest }: Source, notes: string[]): void {
  const trained = manifest === undefined ? undefined : manifestFrontend(manifest);
  if (trained === undefined || trained === frontend) return;
  const name = typeof trained === 'string' ? trained : `${trained.preset} every ${trained.stepMs} ms`;
  notes.push(`front end ${frontend}, as --frontend says; the manifest says ${name}`);
}

/** Whether the settings can be computed and the model's input takes them; problems otherwise. */
function fitting(entry: FrontendEntry, text: string, { file, model }: Source, problems: Problem[]): boolean {
  const found: Problem[] = [];
  const spec = resolveFrontend(entry, '--frontend', found);
  problems.push(...found);
  if (spec === undefined) return false;
  const channels = channelsOf(spec);
  const input = inputOf(model);
  if (channels === undefined || (input !== undefined && framesOf(input, channels) !== undefined)) return true;
  const hints = input === undefined ? [] : frontendHints(input);
  problems.push({
    what: `the model does not fit the front end ${text}`,
    where: basename(file),
    why: `${input === undefined ? `it has ${model.inputs.length} inputs` : `its input is ${describeTensor(input)}`}, the front end gives frames of ${channels} values`,
    next: `${hints.length === 0 ? '' : `${either(hints.map((hint) => `--frontend ${hintText(hint)}`))} gives that shape; `}--frontend none runs it on inputs pushed by the host`,
  });
  return false;
}

/** What the manifest says is followed, but a model that was made for another step never detects anything. */
function noteOtherStep({ stepMs, version }: MicroWakeWordManifest, { model }: Source, notes: string[]): void {
  const { candidates, proven, spec: described, reason } = guessFrontend(model);
  const [name] = candidates;
  const spec = described ?? (name === undefined ? undefined : FRONTEND_PRESETS[name]);
  if (!proven || spec?.kind !== 'micro' || spec.stepMs === stepMs) return;
  const said = version === 1 ? 'version 1 means' : 'feature_step_size says';
  notes.push(
    `warning: the manifest contradicts the model: ${said} ${stepMs} ms, the model was made for ${spec.stepMs} ms (${reason}); with the wrong step it never detects anything`,
  );
}

function manifestFrontend({ version, stepMs }: MicroWakeWordManifest): FrontendEntry {
  if (version === 1) return 'micro-wake-word-v1';
  return stepMs === FRONTEND_PRESETS['micro-wake-word'].stepMs
    ? 'micro-wake-word'
    : { preset: 'micro-wake-word', stepMs };
}

const ABOUT: Readonly<Record<FrontendPreset, string>> = {
  'micro-wake-word': '40 channels every 10 ms: microWakeWord models, version 2',
  'micro-wake-word-v1': '40 channels every 20 ms: microWakeWord models, version 1',
  'micro-speech': '40 channels every 20 ms: models trained like micro_speech',
  'octave-bands': '15 bands every 20 ms, without a spectrum: models for the smallest chips',
  'tensorflow-mfcc': '10 of 40 cepstra every 20 ms: TensorFlow’s speech_commands, Arm’s ML-KWS-for-MCU',
  'mlperf-tiny-kws': '10 of 40 cepstra every 20 ms: MLPerf Tiny’s keyword spotting',
  'mlperf-tiny-streaming': '40 channels every 32 ms: MLPerf Tiny’s streaming wake word',
  'librosa-mfcc': '20 cepstra at 22050 Hz: librosa.feature.mfcc',
  'torchaudio-mfcc': '40 cepstra every 12.5 ms: torchaudio.transforms.MFCC',
  'keras-mel': '128 channels every 32 ms: keras.layers.MelSpectrogram',
  'edge-impulse-mfcc': '13 cepstra every 20 ms: Edge Impulse’s MFCC block',
  'edge-impulse-mfe': '40 channels every 10 ms: Edge Impulse’s MFE block',
  'tfjs-speech-commands': '232 bins at 44.1 kHz: TensorFlow.js speech-commands, Teachable Machine audio',
  'tensorflow-stft': '129 bins every 8 ms: TensorFlow’s tutorial “Simple audio recognition”',
  'log-mel': '40 channels every 20 ms: a plain logarithmic mel spectrogram',
  none: 'no audio: inputs are pushed by the host, to test and measure the model',
};

/** What finds out which of them it is, or that it is none. */
const COMPARE =
  'kws-gen features CLIP.wav --frontend PRESET --compare THEIRS.npy compares with features of the training';

function ask(source: Source, { candidates, reason }: FrontendGuess, asker: Asker): Promise<string> {
  const hints = candidates.length > 0 ? [] : hintsOf(source);
  const question =
    candidates.length > 0
      ? `Which front end was it trained with? (${reason})`
      : `No front end fits as it is: ${reason}`;
  const options = candidates.length > 0 ? [...candidates, 'none' as const] : hints.length > 0 ? [] : PRESETS;
  return asker.choose(question, [
    ...hints.map((hint) => ({ value: hintText(hint), hint: `${ABOUT[hint.preset]}, with that setting` })),
    ...options.map((value): { value: string; hint: string } => ({ value, hint: ABOUT[value] })),
    ...(hints.length > 0 ? [{ value: 'none', hint: ABOUT.none }] : []),
  ]);
}

function hintsOf({ model }: Source) {
  // Of a front end that the file describes, another one of the same shape is no hint.
  if (model.unknownFrontend !== undefined) return [];
  const input = inputOf(model);
  return input === undefined ? [] : frontendHints(input);
}

function frontendProblem(source: Source, { candidates, reason }: FrontendGuess): Problem {
  const where = basename(source.file);
  if (candidates.length > 0)
    return {
      what: 'its front end must be named',
      where,
      why: `${reason}, and with the wrong one it never detects anything`,
      next: `give ${either(candidates.map(flagFor))}, or the model’s manifest in its place; ${COMPARE}`,
    };
  const hints = hintsOf(source).filter(({ settings }) => Object.keys(settings).length > 0);
  const suggestion =
    hints.length === 0
      ? ''
      : `; with a setting changed it could be ${either(hints.map((hint) => `--frontend ${hintText(hint)}`))}; ${COMPARE}`;
  return {
    what: 'no front end of kws-gen fits this model as it is',
    where,
    why: reason,
    next: `--frontend none runs it on inputs pushed by the host, to test and measure it${suggestion}`,
  };
}

const either = (texts: readonly string[]) => texts.join(' or ');
const flagFor = (name: FrontendPreset) => `--frontend ${name} (${ABOUT[name]})`;

/** Of --frontend outside of a draft. @throws KwsError (exit code 2) */
export function frontendFromOption(text: string) {
  const entry = parseFrontend(text);
  const problems: Problem[] = [];
  const spec = resolveFrontend(entry, '--frontend', problems);
  if (spec === undefined) throw inputError(problems);
  return spec;
}
