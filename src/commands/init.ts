/** `kws-gen init`: a project from a model. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Boards } from '../boards/index.js';
import { inputError } from '../diagnostics/errors.js';
import type { InitResult } from '../project/init.js';
import { openModelForDraft, openProjectModel } from '../project/open-model.js';
import type { Command, CommandContext } from './support/command.js';
import type { Runners } from './support/init-runners.js';
import { shownPath } from './support/paths.js';
import { boardsOf, listenerOf, projectFolder } from './support/project-options.js';

export const initCommand: Command = {
  name: 'init',
  argument: {
    name: 'model',
    required: false,
    many: true,
    description:
      'an int8 .tflite, a microWakeWord manifest (.json, version 1 or 2), or with --calibrate a float model: a file, https://…, github://OWNER/REPOSITORY/PATH@REF, or a name of the microWakeWord collection; several share the front end of the first; with --example the folder of the new project',
  },
  summary: 'make a project (kws.json) from a model',
  description:
    'Makes kws.json from a model: labels, front end and detector come from a microWakeWord manifest or from the model file; what they do not say is asked on a terminal, or given by options. The model file is copied beside kws.json unless it is there already. What comes from the internet is shown with its SHA-256, and kept: without a network, the last download is taken. A float model (TF.js, Keras, .tflite) is taken with --calibrate: it is quantized whenever firmware is made. --example copies an example in place of a model: its model, its clips, and the scripts it was trained with.',
  examples: [
    'kws-gen init okay_nabu.json',
    'kws-gen init okay_nabu',
    'kws-gen init okay_nabu alexa --gate vad',
    'kws-gen init github://esphome/micro-wake-word-models/models/v2/alexa.json@main',
    'kws-gen init okay_nabu.json --gate vad.json --board arduino-nano-33-ble',
    'kws-gen init micro_speech.tflite --labels silence,unknown,yes,no',
    'kws-gen init model.json --calibrate recordings/ --frontend micro-wake-word',
    'kws-gen init kws_ref.tflite --frontend none --labels a,b,c,d,e,f,g,h,i,j,k,l',
    'kws-gen init --example computer my-word',
  ],
  options: [
    'project',
    'name',
    'labels',
    'frontend',
    'calibrate',
    'gate',
    'cutoff',
    'outputKind',
    'board',
    'runtime',
    'example',
    'reference',
    'force',
  ],
  async run(options, context, argument, all = []) {
    if (options.example !== undefined && all.length > 1)
      throw inputError({ what: 'an example goes into one folder', where: all.join(' '), next: 'name one' });
    if (options.example !== undefined)
      return (await import('./support/init-example.js')).initExample(options, context, argument);
    const { initProject } = await import('../project/init.js');
    const asker = context.interactive
      ? await (await import('./support/prompts.js')).terminalAsker(context.signal)
      : undefined;
    const { askPath, askCalibration } = await import('./init-questions.js');
    const source =
      argument ??
      (await askPath(asker, 'Model or microWakeWord manifest', 'okay_nabu.json', context.directory));
    if (source === undefined)
      throw inputError({
        what: 'a model is missing',
        next: 'kws-gen init okay_nabu.json, or any int8 .tflite',
      });
    const notes: string[] = [];
    const local = (named: string) => localSource(named, context, notes);
    const { board, project, gate, outputKind: output, example: _, ...given } = options;
    const boards = await boardsOf(options, context.directory);
    const model = await local(source);
    const further: string[] = [];
    for (const named of all.slice(1)) further.push(await local(named));
    const calibrate = options.calibrate ?? (await askCalibration(asker, model, context.directory));
    const result = await initProject({
      ...given,
      output,
      asker,
      openModel: (calibrate === undefined ? openProjectModel : openModelForDraft)(listenerOf(context.out)),
      calibrate: calibrate?.map((path) => resolve(context.directory, path)),
      source: model,
      further,
      directory: projectFolder(options, context.directory),
      gate: gate === undefined ? undefined : await local(gate),
      board: board === undefined ? undefined : await canonicalBoard(board, boards),
    });
    const { runnersOf } = await import('./support/init-runners.js');
    const told = { ...result, notes: [...notes, ...result.notes] };
    show(told, runnersOf(result.project, boards), context, await nextStep(result, project, boards));
    return 0;
  },
};

/** A path as it is; a name or an address as the file that it was downloaded to. */
async function localSource(source: string, context: CommandContext, notes: string[]): Promise<string> {
  const { out, directory, signal } = context;
  const path = resolve(directory, source);
  if (existsSync(path)) return path;
  const { fetchModel, modelAddress } = await import('../download/model.js');
  const address = modelAddress(source);
  if (address === undefined) return path;
  const { internet } = await import('../download/network.js');
  out.status(`downloading ${source}`);
  const { files, kept, ...model } = await fetchModel(address, { network: internet, signal });
  for (const { name, bytes, sha256, url } of files)
    notes.push(`${name}: ${bytes} bytes from ${url}, SHA-256 ${sha256}`);
  if (kept !== undefined)
    notes.push(`${source} could not be downloaded (${kept}): what was kept from last time`);
  return model.path;
}

async function canonicalBoard(name: string, boards: Boards): Promise<string> {
  const { findBoard } = await import('../boards/index.js');
  return findBoard(name, boards).id;
}

/** What makes it heard: a clip where the board has no microphone. */
async function nextStep(
  { kws, project }: InitResult,
  folder: string | undefined,
  boards: Boards,
): Promise<string> {
  const { findBoard } = await import('../boards/index.js');
  const board = findBoard(kws.board ?? 'virtual-cortex-m4', boards);
  return [
    'kws-gen flash',
    ...(folder === undefined ? [] : [`--project ${/\s/.test(folder) ? `"${folder}"` : folder}`]),
    ...(kws.board === undefined ? [`--board ${board.id}`] : []),
    ...(board.microphone === null && project.frontend.kind !== 'none' ? ['--play CLIP.wav'] : []),
  ].join(' ');
}

function show(
  { project, kws, written, notes }: InitResult,
  { runs, lines: runLines }: Runners,
  { out, directory }: CommandContext,
  next: string,
): void {
  const files = written.map((path) => shownPath(path, directory));
  const lines = [
    `${files[0]}: ${project.name}, ${project.models.length === 1 ? '1 model' : `${project.models.length} models`}`,
    ...project.models.map(
      ({ name, labels, detector }) =>
        `  ${name}: ${labels.join(', ')}; cutoff ${detector.cutoff}, mean of ${detector.window}${name === project.gate ? '; gates the others' : ''}`,
    ),
    ...(files.length > 2 ? [`Copied beside it: ${files.slice(2).join(', ')}`] : []),
    ...notes.map((note) => `Note: ${note}`),
    ...runLines,
    `Next: ${next}`,
  ];
  out.result({ t: 'init', written: files, project: kws, notes, runs }, lines);
}
