/** `kws-gen verify`: that a board hears, computes and decides what the host does. */
import type { Stages } from '../targets/stages.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { afterwards, inOwnFolder } from './support/own-firmware.js';
import { aimOf, TARGET_OPTIONS } from './support/project-options.js';
import { proofClips } from './support/proof-clips.js';
import { progressOf, showAim, uploadingText } from './support/show-build.js';
import { stagesOf } from './support/stages.js';

export const verifyCommand: Command = {
  name: 'verify',
  argument: {
    name: 'clip',
    required: false,
    description: 'recordings, WAV or FLAC (default: four seconds of made-up sound)',
    many: true,
  },
  summary: 'prove that a board computes what the host does, in every bit',
  description:
    'Builds firmware that tells every value on its way, uploads it, plays the clips to it and holds each value against the host’s own: samples, frames of features, inputs, the output of every operator, outputs, means, decisions. The first that differs is named, with both values and the likely cause. Exit code 0: all are the same, 1: one is not. The firmware is for this alone: real boards need flash again afterwards.',
  examples: [
    'kws-gen verify okay_nabu.wav --board virtual-cortex-m4',
    'kws-gen verify --board native --json',
    'kws-gen verify recordings/*.wav --board arduino-nano-33-ble',
    'kws-gen verify clip.wav --board virtual-cortex-m4 --serial',
  ],
  options: [...TARGET_OPTIONS, 'port', 'serial'],
  async run(options, context, _, clips = []) {
    return verify(options, context, clips, await stagesOf(options, context));
  },
};

async function verify(
  options: OptionValues,
  context: CommandContext,
  paths: readonly string[],
  stages: Stages,
): Promise<Verdict> {
  const { out } = context;
  const aim = await aimOf(options, context);
  const { proofNumbers, verifyBoard } = await import('../proof/verify.js');
  const clips = await proofClips(paths, proofNumbers(aim).captureRate, context, stages);
  showAim(aim, out);
  const report = await inOwnFolder(options, context, (folder) =>
    verifyBoard(
      aim,
      clips,
      {
        ...progressOf(out, context.signal),
        folder,
        serial: options.serial === true,
        uploading: () => out.progress(uploadingText(aim)),
        playing: (clip) => out.status(`playing ${clip}`),
      },
      stages,
    ),
  );
  const { proofLines } = await import('../proof/lines.js');
  out.result({ t: 'verify', ...report }, [...proofLines(report), ...afterwards(aim)]);
  return report.equal ? 0 : 1;
}
