/** `kws-gen evaluate`: how well a project hears, on recordings. */
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { inputError } from '../diagnostics/errors.js';
import type { ClipFile } from '../evaluate/clips.js';
import type { DeviceReport } from '../evaluate/device/types.js';
import type { Evaluation } from '../evaluate/evaluate.js';
import type { RunOptions } from '../evaluate/run.js';
import type { LoadedProject } from '../project/resolve.js';
import type { Command, CommandContext, Verdict } from './command.js';
import { type Place, placeOf, RECORDING_OPTIONS, runOptions } from './evaluate-context.js';
import type { OptionValues } from './options.js';
import type { Stages } from './stages.js';
import { MODEL_OPTIONS, projectOf } from './target.js';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'measure misses and false accepts on recordings',
  description:
    'Plays recordings to the project as its board computes it (--board; no board is needed) and counts misses over positive clips and false accepts per hour over negatives: as the project is set, and for other cutoffs, windows and refractory times. Rates have exact 95 % bounds. --noise and --snr repeat the positives in noise. --report writes a page with curves and with the clips that went wrong, to look at and to listen to. --on-device builds the firmware, uploads it and plays the recordings to the board itself, virtual ones and twins (--emulate), too; --port does so with a board that already runs it. The scores are then the board’s, every one of them and every detection is compared with the host’s, and where any differs the exit code is 1.',
  examples: [
    'kws-gen evaluate --positives recordings/ --negatives speech/ music/',
    'kws-gen evaluate --positives yes/=yes --positives no/=no --negatives speech/ --json',
    'kws-gen evaluate --positives recordings/ --noise kitchen/ --snr 20,10,5',
    'kws-gen evaluate --positives recordings/ --board virtual-cortex-m4 --on-device',
    'kws-gen evaluate --positives recordings/ --negatives speech/ --port /dev/ttyACM0',
    'kws-gen evaluate --model okay_nabu.json --positives recordings/ --negatives speech/ --report report.html',
  ],
  options: [
    ...RECORDING_OPTIONS,
    'noise',
    'snr',
    'report',
    ...MODEL_OPTIONS,
    'onDevice',
    'port',
    'emulate',
    'runtime',
    'tflmPath',
    'output',
    'project',
    'force',
  ],
  async run(options, context) {
    return evaluateProject(options, context, async () => {
      const { realStages } = await import('./real-stages.js');
      const ask = async () => (await import('../terminal/prompts.js')).terminalAsker(context.signal);
      return realStages(context.interactive ? ask : undefined);
    });
  },
};

/** @param stages asked for only where a board is needed */
export async function evaluateProject(
  options: OptionValues,
  context: CommandContext,
  stages: () => Promise<Stages>,
): Promise<Verdict> {
  const { out, directory } = context;
  if (options.positives === undefined && options.negatives === undefined)
    throw inputError({
      what: 'there are no recordings to evaluate with',
      next: '--positives FOLDER names clips with the wake word, --negatives FOLDER hours without it',
    });
  const place = placeOf(options);
  const page = pageFile(options, directory);
  const project = await projectOf(options, context);
  const run = await runOptions(options, project, context);
  const { evaluation, device } =
    place === 'host'
      ? { evaluation: await hear(project, run), device: undefined }
      : await hearOnBoards(place, project, run, options, context, await stages());
  const [{ reportLines }, { reportObject }, { deviceLines }] = await Promise.all([
    import('../evaluate/report/table.js'),
    import('../evaluate/report/json.js'),
    import('../evaluate/device/lines.js'),
  ]);
  const verdict = device === undefined ? [] : deviceLines(device);
  const { report } = evaluation;
  if (page !== undefined) {
    out.status('writing the report');
    await writePage(page, { ...evaluation, report: { ...report, notes: [...verdict, ...report.notes] } });
  }
  const written = page === undefined ? undefined : relative(directory, page) || page;
  out.result(
    {
      ...reportObject(report),
      ...(device === undefined ? {} : { device }),
      ...(written === undefined ? {} : { written: [written] }),
    },
    [
      ...reportLines(report),
      ...(verdict.length === 0 ? [] : ['', ...verdict]),
      ...(written === undefined ? [] : ['', `Written: ${written}`]),
    ],
  );
  return device?.equal === false ? 1 : 0;
}

async function hear(project: LoadedProject, run: RunOptions): Promise<Evaluation> {
  const { evaluate } = await import('../evaluate/evaluate.js');
  return evaluate(project, run);
}

async function hearOnBoards(
  place: Exclude<Place, 'host'>,
  project: LoadedProject,
  run: RunOptions,
  options: OptionValues,
  context: CommandContext,
  stages: Stages,
): Promise<{ readonly evaluation: Evaluation; readonly device: DeviceReport }> {
  const [{ openBoards }, { createDeviceRecorder }, { timeText }] = await Promise.all([
    import('./evaluate-device.js'),
    import('../evaluate/device/record.js'),
    import('../evaluate/run.js'),
  ]);
  const boards = await openBoards(place, project, options, context, stages, bytesOf(run));
  try {
    const recorder = createDeviceRecorder(boards.devices);
    const evaluation = await hear(project, {
      ...run,
      numbers: boards.numbers,
      async record(...takes) {
        const started = performance.now();
        const outcomes = await recorder.record(...takes);
        const { audioSeconds } = recorder.report();
        const seconds = (performance.now() - started) / 1000;
        context.out.progress(
          `${timeText(audioSeconds)} of audio played in ${timeText(seconds)}, ${(audioSeconds / seconds).toFixed(1)} times as fast as it was spoken`,
        );
        // The board is not needed for what follows.
        await boards.stop();
        return outcomes;
      },
    });
    return { evaluation, device: recorder.report() };
  } finally {
    await boards.stop();
  }
}

/** Of a clip's padding, about: two seconds. */
const PADDING_BYTES = 64_000;

/** Of everything that is played, about. */
function bytesOf({ positives, negatives, noise }: RunOptions): number {
  const sum = (files: readonly ClipFile[]) =>
    files.reduce((bytes, file) => bytes + file.bytes + PADDING_BYTES, 0);
  return sum(positives) * (1 + (noise?.snrs.length ?? 0)) + sum(negatives);
}

async function writePage(page: string, { report, ran }: Evaluation): Promise<void> {
  const [{ examplesOf }, { reportPage }, { writeTogether }] = await Promise.all([
    import('../evaluate/report/examples.js'),
    import('../evaluate/report/page.js'),
    import('../files/write-together.js'),
  ]);
  await writeTogether(new Map([[page, reportPage(report, await examplesOf(report, ran))]]));
}

/** What is in the way is found before the work begins. */
function pageFile({ report, force }: OptionValues, directory: string): string | undefined {
  if (report === undefined) return undefined;
  const path = resolve(directory, report);
  if (existsSync(path) && force !== true)
    throw inputError({
      what: 'is already there',
      where: relative(directory, path) || path,
      next: '--force replaces it, --report names another file',
    });
  return path;
}
