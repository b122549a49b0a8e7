/**
 * A model or a microWakeWord manifest → the contents of a `kws.json` for it.
 *
 * Owns: what can be known from the files, what must be said by the user, and how that is asked.
 * Leaves to others: writing (`init.ts`), prompts on a terminal (`terminal/prompts.ts`), checking the result
 * (`resolve.ts`).
 */
import { basename } from 'node:path';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import {
  channelsOf,
  describeTensor,
  elements,
  framesOf,
  inputOf,
  isStreaming,
  outputOf,
} from '../model/fit.js';
import type { OutputChoice } from '../passes/probabilities/choice.js';
import { addedNote, withProbabilities } from '../passes/probabilities/probabilities.js';
import type { Asker } from './asker.js';
import { chooseFrontend } from './choose-frontend.js';
import { defaultPreset } from './detector.js';
import type { ModelOpener } from './resolve.js';
import type { DetectorEntry, FrontendEntry, KwsFile, ModelEntry } from './schema.js';
import { readSource, type Source } from './source.js';

export interface DraftOptions {
  readonly openModel: ModelOpener;
  readonly asker?: Asker | undefined;
  readonly name?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly frontend?: string | undefined;
  readonly cutoff?: number | undefined;
  /** What the model's outputs are; undefined: what the model itself tells. */
  readonly output?: OutputChoice | undefined;
  /** Path of a model or manifest. */
  readonly gate?: string | undefined;
}

export interface Draft {
  /** Model files are absolute paths. */
  readonly kws: KwsFile;
  /** What was taken for granted, for the user to know. */
  readonly notes: readonly string[];
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
  const labels = await chooseLabels(main, options, problems, notes);
  if (gate !== undefined) checkGate(main, gate, frontend, problems);
  const output = chooseOutput(main, frontend, options.output, problems, notes);
  if (problems.length > 0 || frontend === undefined || labels === undefined) throw inputError(problems);
  const name = safeName(options.name ?? main.name);
  const gateName = gate === undefined ? undefined : distinct(safeName(gate.name), name);
  const kws: KwsFile = {
    version: 1,
    name,
    frontend,
    models: [{ ...entry(main, name, labels, detector(main, frontend, options.cutoff)), ...output }],
    ...(gate === undefined
      ? {}
      : { gate: entry(gate, gateName!, [gateName!], detector(gate, frontend, undefined)) }),
  };
  if (main.manifest?.isVad === true && gate === undefined)
    notes.push('this is a voice-activity model: kws-gen init WAKE_WORD --gate puts it beside a wake word');
  return { kws, notes };
}

async function chooseLabels(
  source: Source,
  { labels, asker }: DraftOptions,
  problems: Problem[],
  notes: string[],
): Promise<readonly string[] | undefined> {
  const output = outputOf(source.model);
  const count = output === undefined ? 0 : elements(output);
  const counted = (given: readonly string[], where: string) => {
    if (given.length === count) return given;
    problems.push({
      what: `${plural(given.length, 'label')} for a model with ${plural(count, 'output')}`,
      where,
      next: `give ${count}, in the order of training`,
    });
    return undefined;
  };
  if (labels !== undefined) return counted(labels, '--labels');
  if (source.manifest !== undefined && count === 1) return [source.manifest.wakeWord];
  if (source.model.labels !== undefined) return source.model.labels;
  if (count <= 1) {
    notes.push(`label ${JSON.stringify(source.name)}, after the file; --labels names it otherwise`);
    return [source.name];
  }
  if (asker !== undefined) {
    const question = `Labels of its ${count} outputs, in the order of training, separated by commas`;
    for (let again = '', tries = 0; tries < MOST_ANSWERS; tries++) {
      const answer = await asker.text(`${again}${question}`, 'silence,unknown,yes,no');
      const given = answer.split(',').map((label) => label.trim());
      const wrong = wrongLabels(given, count);
      if (wrong === undefined) return given;
      again = `${wrong}. `;
    }
  }
  problems.push({
    what: `the labels of its ${count} outputs must be given`,
    where: basename(source.file),
    why: 'the file does not carry them, and any order but the one of training shows the wrong word',
    next: `--labels ${count > 2 ? 'a,b,…' : 'a,b'} names all ${count}, in the order of training`,
  });
  return undefined;
}

/** Wrong answers, after which nobody is asked any more. */
const MOST_ANSWERS = 10;

function wrongLabels(given: readonly string[], count: number): string | undefined {
  if (given.length !== count)
    return `That were ${plural(given.length, 'label')} for ${plural(count, 'output')}`;
  if (given.includes('')) return 'A label is empty';
  const twice = given.find((label, index) => given.indexOf(label) !== index);
  return twice === undefined ? undefined : `${JSON.stringify(twice)} stands there twice`;
}

/** As kws.json says it, where something is added or the user said it. */
function chooseOutput(
  { file, model }: Source,
  frontend: FrontendEntry | undefined,
  choice: OutputChoice | undefined,
  problems: Problem[],
  notes: string[],
): Pick<ModelEntry, 'output'> {
  if (choice === undefined && (frontend === undefined || frontend === 'none')) return {};
  try {
    const { added } = withProbabilities(model, choice, basename(file));
    if (added !== undefined && choice === undefined) notes.push(addedNote(added));
    const output = choice ?? (added === undefined ? undefined : 'logits');
    return output === undefined ? {} : { output };
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    problems.push(...error.problems);
    return {};
  }
}

/** The gate shares the front end of the wake words, and gives one probability. */
function checkGate(
  main: Source,
  gate: Source,
  frontend: FrontendEntry | undefined,
  problems: Problem[],
): void {
  const where = `--gate ${basename(gate.file)}`;
  const output = outputOf(gate.model);
  const count = output === undefined ? 0 : elements(output);
  if (count !== 1)
    problems.push({
      what: `has ${plural(count, 'output')}`,
      where,
      why: 'a voice-activity model has one: the probability that somebody speaks',
      next: 'give a voice-activity model, such as microWakeWord’s vad.json',
    });
  const channels = frontend === undefined ? undefined : channelsOf(presetOf(frontend));
  const input = inputOf(gate.model);
  if (channels !== undefined && (input === undefined || framesOf(input, channels) === undefined))
    problems.push({
      what: 'does not fit the front end of the wake word',
      where,
      why: `${input === undefined ? `it has ${gate.model.inputs.length} inputs` : `its input is ${describeTensor(input)}`}, the front end gives frames of ${channels} values`,
      next: 'use a voice-activity model trained with the same front end',
    });
  const [wake, voice] = [main.manifest, gate.manifest];
  if (wake === undefined || voice === undefined) return;
  if (wake.stepMs !== voice.stepMs || wake.version !== voice.version)
    problems.push({
      what: 'was trained with another front end than the wake word',
      where,
      why: `version ${voice.version} with a step of ${voice.stepMs} ms, the wake word version ${wake.version} with ${wake.stepMs} ms`,
      next: 'use models of the same version',
    });
}

/** Its channels and kind; not its step. */
const presetOf = (frontend: FrontendEntry) =>
  FRONTEND_PRESETS[typeof frontend === 'string' ? frontend : (frontend.preset ?? 'micro-wake-word')];

const plural = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;

function entry(source: Source, name: string, labels: readonly string[], rule: DetectorEntry): ModelEntry {
  const kept = source.manifest?.kept ?? {};
  return {
    ...{ name, file: source.file, labels: [...labels], detector: rule },
    ...(Object.keys(kept).length === 0 ? {} : { manifest: kept }),
  };
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
  const preset = defaultPreset(presetOf(frontend), isStreaming(model));
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
