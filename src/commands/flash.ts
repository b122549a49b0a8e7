/** `kws-gen flash`: the whole way, from the model to detections. */
import { boardNumbers } from '../boards/numbers.js';
import { clipsOf, USUAL_RATE } from './clips.js';
import type { Command, CommandContext, Verdict } from './command.js';
import type { OptionValues } from './options.js';
import { showBuild } from './show-build.js';
import { asLines } from './show-events.js';
import type { Stages, Target } from './stages.js';
import { checkLabel, checkStreamOptions, STREAM_OPTIONS, stream } from './stream.js';
import { heardLabels, outputFolder, TARGET_OPTIONS, targetOf } from './target.js';
import { buildAndUpload, checkBuild } from './upload.js';

export const flashCommand: Command = {
  name: 'flash',
  summary: 'build the firmware, upload it, and show what the board hears',
  description:
    'Reads the project, renders the firmware, builds it with PlatformIO, uploads it, opens the serial port and shows the inference results: a live meter on a terminal, one JSON object per line elsewhere. Without a terminal and without --play, --for or --until-detect it ends after the board’s hello. Ctrl-C ends it; a virtual board ends with it unless --no-monitor is given.',
  examples: [
    'kws-gen flash --board virtual-cortex-m4 --play okay_nabu.wav',
    'kws-gen flash --board arduino-nano-33-ble',
    'kws-gen flash --until-detect "Okay Nabu" --timeout 20s',
    'arecord -q -t raw -f S16_LE -r 16000 | kws-gen flash --board virtual-cortex-m4 --play -',
  ],
  options: [...TARGET_OPTIONS, 'port', ...STREAM_OPTIONS, 'noMonitor'],
  async run(options, context) {
    const { realStages } = await import('./real-stages.js');
    const ask = async () => (await import('../terminal/prompts.js')).terminalAsker(context.signal);
    return flash(options, context, realStages(context.interactive ? ask : undefined));
  },
};

export async function flash(
  options: OptionValues,
  context: CommandContext,
  stages: Stages,
): Promise<Verdict> {
  checkStreamOptions(options);
  const { out, directory } = context;
  const target = await targetOf(options, context);
  checkLabel(options.untilDetect, heardLabels(target.project));
  const clips = await clipsOf(options.play ?? [], context, stages, clipRate(target));
  const folder = outputFolder(options, directory);
  const { firmware, running } = await buildAndUpload(target, folder, context, stages, (build) =>
    showBuild(build, target, out, asLines(out)),
  );
  let leave = false;
  try {
    const verdict = await stream(
      running,
      {
        clips: clips.sources,
        clipsAt: clips.at,
        forMs: options.for,
        untilDetect: options.untilDetect,
        timeoutMs: options.timeout,
        check: (hello) => checkBuild(hello, firmware),
        helloOnly: options.noMonitor === true,
      },
      context,
      stages,
    );
    leave = options.noMonitor === true;
    return verdict;
  } finally {
    if (leave) await running.release?.();
    else await running.stop?.();
  }
}

/** Without a front end nothing can be played; the device says so. */
function clipRate({ board, project: { frontend } }: Target): number {
  return frontend.kind === 'none' ? USUAL_RATE : boardNumbers(board, frontend).captureRate;
}
