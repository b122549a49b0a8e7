/** `kws-gen flash`: the whole way, from the model to detections. */
import { resolve } from 'node:path';
import { boardNumbers } from '../boards/board-arithmetic.js';
import { inputError } from '../diagnostics/errors.js';
import type { FirmwareProject } from '../emit/types.js';
import type { Aim } from '../targets/aim.js';
import type { GivenArtifact, Stages } from '../targets/stages.js';
import type { UploadOptions } from '../targets/upload.js';
import { aroundOf, clipsOf, USUAL_RATE } from './support/clips.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { aimOf, cutoffsOf, heardLabels, outputFolder, TARGET_OPTIONS } from './support/project-options.js';
import { progressOf, showAim, showBuild, showWindows, uploadingText } from './support/show-build.js';
import { asLines } from './support/show-events.js';
import { showLoad } from './support/show-load.js';
import { stagesOf } from './support/stages.js';
import { checkLabel, checkStreamOptions, STREAM_OPTIONS, stream } from './support/stream.js';
import { webRequest } from './support/web-pages.js';

export const flashCommand: Command = {
  name: 'flash',
  summary: 'build the firmware, upload it, and show what the board hears',
  description:
    'Reads the project, renders the firmware, builds it with PlatformIO, uploads it, opens the serial port and shows the inference results: a live meter on a terminal, one JSON object per line elsewhere. Without a terminal and without --play, --for or --until-detect it ends after the board’s hello. Ctrl-C ends it; a virtual board ends with it unless --no-monitor is given. With --artifact nothing is built: the file is checked against the project and put on the board, for a bench without compilers.',
  examples: [
    'kws-gen flash --board virtual-cortex-m4 --play okay_nabu.wav',
    'kws-gen flash --board arduino-nano-33-ble',
    'kws-gen flash --board adafruit-feather-nrf52840-sense --artifact computer.uf2',
    'kws-gen flash --until-detect "Okay Nabu" --timeout 20s',
    'arecord -q -t raw -f S16_LE -r 16000 | kws-gen flash --board virtual-cortex-m4 --play -',
  ],
  options: [...TARGET_OPTIONS, 'port', 'artifact', 'drive', ...STREAM_OPTIONS, 'noMonitor', 'live', 'force'],
  async run(options, context) {
    return flash(options, context, await stagesOf(options, context));
  },
};

export async function flash(
  options: OptionValues,
  context: CommandContext,
  stages: Stages,
): Promise<Verdict> {
  checkStreamOptions(options);
  const { out, directory } = context;
  const aim = { ...(await aimOf(options, context)), live: options.live === true };
  if (options.drive !== undefined && aim.board.kind !== 'real')
    throw inputError({
      what: 'means nothing for a virtual board',
      where: '--drive',
      why: `${aim.board.id} is started, not flashed`,
      next: 'leave it out, or name a real board',
    });
  const given = await givenArtifact(options, directory);
  checkLabel(options.untilDetect, heardLabels(aim.project));
  const { project } = aim;
  const around = await aroundOf(options, project);
  const clips = await clipsOf(options.play ?? [], context, stages, clipRate(aim), around);
  const { samplesToFirstScore } = await import('../evaluate/first-score.js');
  const folder = outputFolder(options, directory);
  showAim(aim, out);
  showLoad(aim, out, options.force);
  const { startBoard } = await import('../targets/boards.js');
  const upload = { ...uploadOptions(aim, folder, context), ...(given === undefined ? {} : { given }) };
  const board = await startBoard(aim, upload, stages);
  let leave = false;
  try {
    const verdict = await stream(
      board.device,
      {
        clips: clips.sources,
        clipsAt: clips.at,
        aloud: options.aloud,
        forMs: options.for,
        untilDetect: options.untilDetect,
        timeoutMs: options.timeout,
        web: webRequest(options, directory),
        cutoffs: cutoffsOf(project),
        leastSamples: (rate) => samplesToFirstScore(project, rate),
        helloOnly: options.noMonitor === true,
      },
      context,
    );
    leave = options.noMonitor === true;
    return verdict;
  } finally {
    await (leave ? board.leave() : board.stop());
  }
}

async function givenArtifact(
  { artifact, drive }: OptionValues,
  directory: string,
): Promise<GivenArtifact | undefined> {
  if (artifact === undefined && drive !== undefined)
    throw inputError({
      what: 'means nothing without --artifact',
      where: '--drive',
      next: 'name a .uf2 file',
    });
  if (artifact === undefined) return undefined;
  const { readArtifact } = await import('../artifacts/read.js');
  return {
    artifact: await readArtifact(resolve(directory, artifact)),
    drive: drive === undefined ? undefined : resolve(directory, drive),
  };
}

function uploadOptions(aim: Aim, folder: string, { out, signal }: CommandContext): UploadOptions {
  let windows: FirmwareProject['windows'];
  return {
    folder,
    ...progressOf(out, signal),
    rendered(firmware) {
      showWindows(firmware, out);
      windows = firmware.windows;
    },
    built: (build) => showBuild(windows ? { ...build, windows } : build, aim, out, asLines(out)),
    uploading: () => out.step(uploadingText(aim)),
  };
}

/** Without a front end nothing can be played; the device says so. */
function clipRate({ board, project: { frontend } }: Aim): number {
  return frontend.kind === 'none' ? USUAL_RATE : boardNumbers(board, frontend).captureRate;
}
