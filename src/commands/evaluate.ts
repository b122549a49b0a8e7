/** `kws-gen evaluate`: how well a project hears, on recordings. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { inputError, type Problem } from '../diagnostics/errors.js';
import type { ClipFile } from '../evaluate/clips.js';
import type { DeviceReport } from '../evaluate/device/types.js';
import type { Evaluation } from '../evaluate/evaluate.js';
import type { RunOptions } from '../evaluate/run.js';
import type { EvaluationReport } from '../evaluate/types.js';
import type { Limits } from '../project/limits.js';
import type { LoadedProject } from '../project/resolve.js';
import type { Check } from '../suite/types.js';
import type { OpenBoards } from '../targets/boards.js';
import type { Stages } from '../targets/stages.js';
import { timeText } from '../text/time.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import { type Place, placeOf, RECORDING_OPTIONS, runOptions } from './support/evaluate-context.js';
import { limitsOf } from './support/limits.js';
import type { OptionValues } from './support/options.js';
import { refuseExisting, shownPath } from './support/paths.js';
import { aimFor, boardProjectOf, boardsOf, MODEL_OPTIONS, outputFolder } from './support/project-options.js';
import { progressOf, showAim, uploadingText } from './support/show-build.js';
import { stagesOf } from './support/stages.js';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'measure misses and false accepts on recordings',
  description:
    'Plays recordings to the project as its board computes it (--board; no board is needed) and counts misses over positive clips and false accepts per hour over negatives: as the project is set, and for other cutoffs, windows and refractory times. Rates have exact 95 % bounds. --noise and --snr repeat the positives in noise. --report writes a page with curves and with the clips that went wrong, to look at and to listen to. --on-device builds the firmware, uploads it and plays the recordings to the board itself, virtual ones and twins (--emulate), too; --port does so with a board that already runs it. The scores are then the board’s, every one of them and every detection is compared with the host’s, and where any differs the exit code is 1. So it is where a real board falls behind (maxLate in kws.json), and where --max-misses or --max-fa, or the limits in kws.json, are not kept.',
  examples: [
    'kws-gen evaluate --positives recordings/ --negatives speech/ music/',
    'kws-gen evaluate --positives yes/=yes --positives no/=no --negatives speech/ --json',
    'kws-gen evaluate --positives recordings/ --noise kitchen/ --snr 20,10,5',
    'kws-gen evaluate --positives recordings/ --negatives speech/ --max-misses 2 --max-fa 0.5/h',
    'kws-gen evaluate --positives recordings/ --board virtual-cortex-m4 --on-device',
    'kws-gen evaluate --positives recordings/ --negatives speech/ --port /dev/ttyACM0',
    'kws-gen evaluate --model okay_nabu.json --positives recordings/ --negatives speech/ --report report.html',
  ],
  options: [
    ...RECORDING_OPTIONS,
    'noise',
    'snr',
    'report',
    'maxMisses',
    'maxFa',
    ...MODEL_OPTIONS,
    'onDevice',
    'port',
    'emulate',
    'runtime',
    'tflmPath',
    'frameworkPath',
    'output',
    'project',
    'trust',
    'force',
  ],
  async run(options, context) {
    return evaluateProject(options, context, () => stagesOf(options, context));
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
  const project = await boardProjectOf(options, context);
  const run = await runOptions(options, project, context);
  const { evaluation, device } =
    place === 'host'
      ? { evaluation: await hear(project, run), device: undefined }
      : await hearOnBoards({ place, project, run, options, context, stages: await stages() });
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
  const written = page === undefined ? undefined : shownPath(page, directory);
  const limits = limitsOf(options, project.limits);
  const checks = await checksOfReport(report, limits);
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
  const kept = checks.length === 0 || (await tellVerdict(checks, out));
  const late = (device?.late ?? 0) > (limits.maxLate ?? 0);
  return device?.equal === false || late || !kept ? 1 : 0;
}

/** The limits that an evaluation can judge; words have no end in it, and boards no clock. */
async function checksOfReport(report: EvaluationReport, limits: Limits): Promise<readonly Check[]> {
  const [{ checksOf }, { acceptRate, missRate }] = await Promise.all([
    import('../suite/checks.js'),
    import('../evaluate/rates.js'),
  ]);
  const { maxMisses, maxFalseAcceptsPerHour } = limits;
  return checksOf(
    { maxMisses, maxFalseAcceptsPerHour },
    {
      misses: missRate(report.misses.length, report.clips.length),
      falseAccepts: acceptRate(
        report.falseAccepts.filter(({ inPositive }) => !inPositive).length,
        report.negatives.hours,
      ),
      place: 'host',
    },
  );
}

async function tellVerdict(checks: readonly Check[], out: CommandContext['out']): Promise<boolean> {
  const [{ passes }, { checkText }] = await Promise.all([
    import('../suite/checks.js'),
    import('../suite/report/words.js'),
  ]);
  const passed = passes(checks);
  out.result({ t: 'verdict', passed, checks }, ['', ...checks.map(checkText), passed ? 'Passed' : 'Failed']);
  return passed;
}

async function hear(project: LoadedProject, run: RunOptions): Promise<Evaluation> {
  const { evaluate } = await import('../evaluate/evaluate.js');
  return evaluate(project, run);
}

interface OnBoards {
  readonly place: Exclude<Place, 'host'>;
  readonly project: LoadedProject;
  readonly run: RunOptions;
  readonly options: OptionValues;
  readonly context: CommandContext;
  readonly stages: Stages;
}

async function hearOnBoards(
  asked: OnBoards,
): Promise<{ readonly evaluation: Evaluation; readonly device: DeviceReport }> {
  const { createDeviceRecorder } = await import('../evaluate/device/record.js');
  const { project, run, context } = asked;
  const boards = await boardsFor(asked);
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

/** Bytes of samples from which a second virtual board pays for its start: 2 minutes. */
const WORTH_ANOTHER = 4_000_000;

async function boardsFor({ place, project, run, options, context, stages }: OnBoards): Promise<OpenBoards> {
  const { directory, out, signal } = context;
  const { openRunningBoard, startBoards } = await import('../targets/boards.js');
  const folder = outputFolder(options, directory);
  if (place === 'running board') {
    const { board, port } = options;
    const known = await boardsOf(options, directory);
    const warn = (problem: Problem) => out.warn(problem);
    return openRunningBoard(project, { board, port, folder, signal, boards: known, warn }, stages);
  }
  const aim = await aimFor(project, options, directory);
  showAim(aim, out);
  // QEMU takes one core per board, and is what takes longest.
  const count = bytesOf(run) > WORTH_ANOTHER ? Math.min(2, availableParallelism()) : 1;
  const uploading = () => out.step(uploadingText(aim));
  return startBoards(aim, { ...progressOf(out, signal), folder, count, uploading }, stages);
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
  refuseExisting([path], { directory, force, option: '--report' });
  return path;
}
