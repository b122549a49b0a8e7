/**
 * A model or a microWakeWord manifest → the contents of a `kws.json` for it.
 *
 * Owns: what can be known from the files, what must be said by the user, and how that is asked.
 * Leaves to others: writing (`init.ts`), prompts on a terminal (`terminal/prompts.ts`), checking the result
 * (`resolve.ts`).
 */
import { basename, dirname, join } from 'node:path';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { FRONTEND_PRESETS, type FrontendPreset } from '../frontend/spec.js';
import type { Model } from '../model/types.js';
import { isManifest, type MicroWakeWordManifest, readManifest } from '../readers/microwakeword.js';
import { defaultPreset } from './detector.js';
import { LARGEST_MODEL, readBounded } from './files.js';
import {
  channelsOf,
  describeTensor,
  elements,
  type FrontendGuess,
  framesOf,
  guessFrontend,
  inputOf,
  isStreaming,
  outputOf,
} from './fit.js';
import type { ModelOpener } from './resolve.js';
import type { DetectorEntry, FrontendEntry, KwsFile, ModelEntry } from './schema.js';

/** Somebody who can be asked; absent where nobody is there. */
export interface Asker {
  choose<T extends string>(question: string, options: readonly { value: T; hint: string }[]): Promise<T>;
  text(question: string, example: string): Promise<string>;
}

export interface DraftOptions {
  readonly openModel: ModelOpener;
  readonly asker?: Asker | undefined;
  readonly name?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly frontend?: string | undefined;
  readonly cutoff?: number | undefined;
  /** Path of a model or manifest. */
  readonly gate?: string | undefined;
}

export interface Draft {
  /** Model files are absolute paths. */
  readonly kws: KwsFile;
  /** What was taken for granted, for the user to know. */
  readonly notes: readonly string[];
}

/** A model file and what is said about it. */
interface Source {
  readonly file: string;
  readonly name: string;
  readonly model: Model;
  readonly manifest?: MicroWakeWordManifest;
}

/**
 * @param path model or manifest
 * @throws KwsError (exit code 2) with everything that must be given
 */
export async function draftProject(path: string, options: DraftOptions): Promise<Draft> {
  const main = await readSource(path, options.openModel);
  const gate = options.gate === undefined ? undefined : await readSource(options.gate, options.openModel);
  const problems: Problem[] = [];
  const notes: string[] = [];
  const frontend = await chooseFrontend(main, options, problems, notes);
  const labels = await chooseLabels(main, options, problems);
  if (gate !== undefined) checkGate(main, gate, problems);
  if (problems.length > 0 || frontend === undefined || labels === undefined) throw inputError(problems);
  const name = safeName(options.name ?? main.name);
  const gateName = gate === undefined ? undefined : distinct(safeName(gate.name), safeName(main.name));
  const kws: KwsFile = {
    version: 1,
    name,
    frontend,
    models: [entry(main, safeName(main.name), labels, detector(main, frontend, options.cutoff))],
    ...(gate === undefined
      ? {}
      : { gate: entry(gate, gateName!, [gateName!], detector(gate, frontend, undefined)) }),
  };
  if (main.manifest?.isVad === true && gate === undefined)
    notes.push('this is a voice-activity model: it goes beside a wake word, with --gate');
  return { kws, notes };
}

async function readSource(path: string, openModel: ModelOpener): Promise<Source> {
  const bytes = await readBounded(path, LARGEST_MODEL);
  const text = new TextDecoder().decode(bytes.subarray(0, 64 * 1024 + 1));
  if (!isManifest(text)) return { file: path, name: stem(path), model: openModel(bytes, basename(path)) };
  const manifest = readManifest(text, basename(path));
  const file = join(dirname(path), manifest.model);
  const where = `${basename(path)}, model ${JSON.stringify(manifest.model)}`;
  const model = openModel(await readBounded(file, LARGEST_MODEL, where), basename(file));
  return { file, name: stem(file), model, manifest };
}

function stem(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '');
}

async function chooseFrontend(
  source: Source,
  { frontend, asker }: DraftOptions,
  problems: Problem[],
  notes: string[],
): Promise<FrontendEntry | undefined> {
  if (frontend !== undefined) {
    if (Object.hasOwn(FRONTEND_PRESETS, frontend))
      return fitting(frontend as FrontendPreset, source, problems);
    problems.push({
      what: `there is no front end ${JSON.stringify(frontend)}`,
      where: '--frontend',
      next: didYouMean(frontend, Object.keys(FRONTEND_PRESETS)),
    });
    return undefined;
  }
  if (source.manifest !== undefined) return manifestFrontend(source.manifest);
  const guess = guessFrontend(source.model);
  const [only, another] = guess.candidates;
  if (only !== undefined && another === undefined) {
    notes.push(`front end ${only}, because ${guess.reason}; --frontend names another one`);
    return only;
  }
  if (asker !== undefined) return askFrontend(guess, asker);
  problems.push(frontendProblem(basename(source.file), guess));
  return undefined;
}

function fitting(
  preset: FrontendPreset,
  { file, model }: Source,
  problems: Problem[],
): FrontendPreset | undefined {
  const channels = channelsOf(FRONTEND_PRESETS[preset]);
  const input = inputOf(model);
  if (channels === undefined || (input !== undefined && framesOf(input, channels) !== undefined))
    return preset;
  problems.push({
    what: `the model does not fit the front end ${preset}`,
    where: basename(file),
    why: `${input === undefined ? `it has ${model.inputs.length} inputs` : `its input is ${describeTensor(input)}`}, the front end gives frames of ${channels} values`,
    next: '--frontend none runs it on inputs pushed by the host',
  });
  return undefined;
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
  none: 'no audio: inputs are pushed by the host, to test and measure the model',
};

function askFrontend({ candidates, reason }: FrontendGuess, asker: Asker): Promise<FrontendPreset> {
  const names = candidates.length > 0 ? candidates : (Object.keys(ABOUT) as FrontendPreset[]);
  const question =
    candidates.length > 0 ? 'Which front end was it trained with?' : `No front end fits: ${reason}`;
  return asker.choose(
    question,
    names.map((value) => ({ value, hint: ABOUT[value] })),
  );
}

function frontendProblem(file: string, { candidates, reason }: FrontendGuess): Problem {
  if (candidates.length === 0)
    return {
      what: 'no front end of kws-gen fits this model',
      where: file,
      why: `${reason}. There are: ${Object.entries(ABOUT)
        .map(([name, about]) => `${name} (${about})`)
        .join('; ')}`,
      next: '--frontend none runs it on inputs pushed by the host; --frontend NAME insists on one whose shape fits',
    };
  return {
    what: 'its front end must be named',
    where: file,
    why: `${reason}, and with the wrong one it never detects anything`,
    next: `give ${candidates.map((name) => `--frontend ${name} (${ABOUT[name]})`).join(' or ')}, or the model’s manifest in its place`,
  };
}

async function chooseLabels(
  source: Source,
  { labels, asker }: DraftOptions,
  problems: Problem[],
): Promise<readonly string[] | undefined> {
  const output = outputOf(source.model);
  const count = output === undefined ? 0 : elements(output);
  if (labels !== undefined) {
    if (labels.length === count) return labels;
    problems.push({
      what: `${labels.length} labels for a model with ${count} outputs`,
      where: '--labels',
      next: `give ${count}, in the order of training`,
    });
    return undefined;
  }
  if (source.manifest !== undefined && count === 1) return [source.manifest.wakeWord];
  if (source.model.labels !== undefined) return source.model.labels;
  if (count <= 1) return [source.name];
  if (asker !== undefined) {
    const answer = await asker.text(
      `Labels of its ${count} outputs, in the order of training, separated by commas`,
      'silence,unknown,yes,no',
    );
    return answer.split(',').map((label) => label.trim());
  }
  problems.push({
    what: `the labels of its ${count} outputs must be given`,
    where: basename(source.file),
    why: 'the file does not carry them, and any order but the one of training shows the wrong word',
    next: `--labels ${Array.from({ length: Math.min(count, 4) }, (_, i) => 'abcd'[i]).join(',')}${count > 4 ? ',…' : ''}`,
  });
  return undefined;
}

/** The gate shares the front end of the wake words. */
function checkGate(main: Source, gate: Source, problems: Problem[]): void {
  const [wake, voice] = [main.manifest, gate.manifest];
  if (wake === undefined || voice === undefined) return;
  if (wake.stepMs !== voice.stepMs || wake.version !== voice.version)
    problems.push({
      what: 'the gate was trained with another front end than the wake word',
      where: '--gate',
      why: `version ${voice.version} with a step of ${voice.stepMs} ms, the wake word version ${wake.version} with ${wake.stepMs} ms`,
      next: 'use models of the same version',
    });
}

function entry(source: Source, name: string, labels: readonly string[], rule: DetectorEntry): ModelEntry {
  return { name, file: source.file, labels: [...labels], detector: rule };
}

function detector(
  { manifest, model }: Source,
  frontend: FrontendEntry,
  cutoff: number | undefined,
): DetectorEntry {
  if (manifest !== undefined)
    return {
      preset: manifest.version === 1 ? 'micro-wake-word-v1' : 'micro-wake-word',
      cutoff: cutoff ?? manifest.cutoff,
      window: manifest.window,
    };
  const spec =
    typeof frontend === 'string' ? FRONTEND_PRESETS[frontend] : FRONTEND_PRESETS['micro-wake-word'];
  const preset = defaultPreset(spec, isStreaming(model));
  return cutoff === undefined ? preset : { preset, cutoff };
}

/** A file's name as a name of ours: letters of other scripts and signs become `_`. */
function safeName(name: string): string {
  const safe = name
    .replace(/[^A-Za-z0-9_.-]+/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return safe === '' ? 'model' : safe;
}

function distinct(name: string, taken: string): string {
  return name === taken ? `${name.slice(0, 59)}-gate` : name;
}
