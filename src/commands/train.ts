/** `kws-gen train`: from a phrase, and recordings where there are some, to a project with a detector. */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { timeText } from '../text/time.js';
import type { Checked } from '../train/check.js';
import type { Stage } from '../train/train.js';
import type { TrainRequest, TrainResult } from '../train/types.js';
import type { Command, CommandContext } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { quoted, shownFolder } from './support/paths.js';

const USUAL_BOARD = 'virtual-cortex-m4';
const USUAL_MAX_FA = 0.5;
const USUAL_LANGUAGE = 'en';
const USUAL_FRONTEND = 'micro-wake-word';

export const trainCommand: Command = {
  name: 'train',
  summary: 'train a detector of a word or phrase, and make a project of it',
  description:
    'Makes a project from a phrase: speech synthesisers say it and words that sound like it, rooms, microphones and noise are added, a small network learns to tell them apart, is quantized and tuned, and is judged by voices that it never heard. Recordings of people make it much better: --positives say the word, --negatives do not; a part of them is kept apart to judge. Without any, the report says that nothing was measured on people. What is missing is said before the work begins; --fix installs it. A run that was broken off goes on where it was when the command is given again; the same command gives the same bytes on the same machine. Some 15 minutes of processor time, with neural voices some 25, a few with --quick.',
  examples: [
    'kws-gen train --word "hey device"',
    'kws-gen train --word "hey device" --positives recordings/ --negatives talk/ --board esp32-s3-devkitc-1',
    'kws-gen train --word "hey device" --judge recordings/ --size s --quick',
    'kws-gen train --word "hey device" --network streaming --board arduino-nano-rp2040-connect',
    'kws-gen train --word "hey device" --positives recordings/ --negatives talk/ --folds 4',
    'kws-gen train --resume',
    'kws-gen train --resume --data recordings/',
    'kws-gen train --fix',
  ],
  options: [
    'word',
    'language',
    'positives',
    'negatives',
    'noise',
    'judge',
    'board',
    'trainFrontend',
    'network',
    'size',
    'maxFa',
    'noNeural',
    'trainWindow',
    'folds',
    'quick',
    'seed',
    'projectOut',
    'listen',
    'resume',
    'recordings',
    'force',
    'fix',
    'yes',
  ],
  async run(options, context) {
    if (options.fix === true) {
      const { installTraining } = await import('./support/train-install.js');
      await installTraining(options, context);
      if (options.word === undefined && options.resume !== true) return 0;
    }
    const { request, out } = await requested(options, context);
    const cache = join((await import('../files/cache-folder.js')).cacheFolder(), 'train');
    const { directory, signal } = context;
    const { checkTraining } = await import('../train/check.js');
    const progress = (text: string) => context.out.status(text);
    const checked = await checkTraining(request, { directory, cache, progress, signal });
    begin(request, checked, context);
    const { train } = await import('../train/train.js');
    const listen = options.listen === undefined ? {} : { listen: resolve(directory, options.listen) };
    const progressed = { progress: meter(context), signal };
    const result = await train(request, checked, { directory, out, cache, ...progressed, ...listen });
    show(request, result, out, context);
    return 0;
  },
};

/** What is asked for, and the project's folder. */
async function requested(
  options: OptionValues,
  { directory, out }: CommandContext,
): Promise<{ readonly request: TrainRequest; readonly out: string }> {
  const { portable, readRequest, TRAIN_FILE } = await import('../train/request.js');
  if (options.resume === true) {
    const folder = resolve(directory, options.projectOut ?? '.');
    const asked = await readRequest(folder, directory);
    const { found } = await import('../train/found.js');
    const data = options.recordings === undefined ? undefined : resolve(directory, options.recordings);
    return { request: found(asked, directory, data), out: folder };
  }
  const [word, ...spellings] = options.word ?? [];
  if (word === undefined)
    throw inputError({
      what: 'it is not said what is to be heard',
      next: '--word "hey device" names it; --resume goes on with the project in this folder',
    });
  const board = options.board ?? USUAL_BOARD;
  const { findBoard, loadBoards } = await import('../boards/index.js');
  const target = findBoard(board, await loadBoards());
  const { nameOf } = await import('../train/project.js');
  const folder = resolve(directory, options.projectOut ?? nameOf(word));
  const { network, size } = await networkFor(target, options, out);
  const request: TrainRequest = {
    word,
    spellings: spellings.length === 0 ? [word] : spellings,
    language: options.language ?? USUAL_LANGUAGE,
    positives: options.positives ?? [],
    negatives: options.negatives ?? [],
    noises: options.noise ?? [],
    judges: options.judge ?? [],
    frontend: options.trainFrontend ?? USUAL_FRONTEND,
    network,
    size,
    neural: options.noNeural !== true && (await neuralVoices(options.language ?? USUAL_LANGUAGE, out)),
    quick: options.quick === true,
    seed: options.seed ?? 1,
    board,
    maxFaPerHour: options.maxFa ?? USUAL_MAX_FA,
    ...(options.trainWindow === undefined ? {} : { windowMs: options.trainWindow }),
    folds: options.folds ?? 0,
  };
  if (existsSync(join(folder, 'kws.json')) && options.force !== true) {
    const before = existsSync(join(folder, TRAIN_FILE)) ? await readRequest(folder, folder) : undefined;
    if (JSON.stringify(before) !== JSON.stringify(portable(request, directory, folder)))
      throw inputError({
        what:
          before === undefined ? 'is a project already' : 'is a project that was trained with other settings',
        where: relative(directory, folder) || '.',
        next: '-o names another folder, --force replaces this one',
      });
  }
  return { request, out: folder };
}

/** Whether neural voices are there for the language; if they could be, that is said. */
async function neuralVoices(language: string, out: CommandContext['out']): Promise<boolean> {
  const { findKokoro, KOKORO_SIZE } = await import('../train/voices/kokoro/install.js');
  const { kokoroVoices } = await import('../train/voices/kokoro/speakers.js');
  if (kokoroVoices(language).length === 0) return false;
  if (findKokoro() !== undefined) return true;
  out.progress(
    `no neural voices: kws-gen train --fix installs those of Kokoro-82M (${KOKORO_SIZE}); without them more people are missed`,
  );
  return false;
}

/** What is asked for; otherwise the usual network, or a smaller one where that would keep the board busy. */
async function networkFor(
  board: ResolvedBoard,
  { network, size, quick, trainFrontend = USUAL_FRONTEND }: OptionValues,
  out: CommandContext['out'],
): Promise<Pick<TrainRequest, 'network' | 'size'>> {
  if (size !== undefined || quick === true) return { network: network ?? 'window', size: size ?? 's' };
  const { sizeOn } = await import('./support/train-size.js');
  const choice = await sizeOn(board, trainFrontend, network);
  for (const one of choice.loads)
    out.progress(
      `${one.network}, size ${one.size}: load about ${Math.round(100 * one.load)} % of ${board.id} (estimated)`,
    );
  return { network: choice.network, size: choice.size };
}

function begin({ word, spellings }: TrainRequest, checked: Checked, { out }: CommandContext): void {
  const { engines, near, recordings, pronunciations } = checked;
  for (const problem of recordings.skipped.slice(0, 10)) out.warn(problem);
  if (recordings.skipped.length > 10)
    out.progress(`and ${recordings.skipped.length - 10} further recordings that are left out`);
  for (const [i, spelling] of spellings.entries()) out.progress(`${spelling} is said: ${pronunciations[i]}`);
  const voices = engines.map(({ name, voices: own }) => `${name} (${own.length})`).join(', ');
  out.progress(`voices: ${voices}`);
  const some = near.slice(0, 8).map(({ text }) => text);
  if (some.length > 0) out.progress(`sounds like "${word}": ${some.join(', ')}, …`);
}

/** Stage, part of it, and how long it will still take. */
function meter({ out }: CommandContext): (stage: Stage, part: number, text?: string) => void {
  let current: Stage | undefined;
  let began = 0;
  let first = 0;
  return (stage, part, text) => {
    if (stage !== current) {
      current = stage;
      began = Date.now();
      first = part;
    }
    const done = part - first;
    const left = done > 0.02 ? ((Date.now() - began) * (1 - part)) / done / 1000 : undefined;
    const time = left === undefined ? '' : `, ${timeText(left)} left`;
    const percent = part > 0 ? ` ${Math.floor(100 * part)} %${time}` : '';
    const details = `${percent}${text === undefined ? '' : ` (${text})`}`;
    out.status(details === '' ? stage : `${stage}:${details}`);
  };
}

function show(request: TrainRequest, result: TrainResult, folder: string, context: CommandContext): void {
  const { out, directory } = context;
  const { report, written, clip } = result;
  const shown = shownFolder(folder, directory);
  const place = shown === '' ? '' : ` --project ${quoted(shown)}`;
  const lines = [...report.people, ...report.voices].map((figure) => `  ${figure.of}: ${figure.text}`);
  out.result({ t: 'train', word: request.word, project: folder, written, ...report }, [
    `${request.word}: ${report.headline}`,
    ...lines,
    ...report.notes.map((note) => `Note: ${note}`),
    `Written: ${written.length} files in ${shown === '' ? '.' : shown} (report.md has the figures)`,
    `Next: kws-gen flash${place} --play ${quoted(join(shown, clip))}`,
  ]);
}
