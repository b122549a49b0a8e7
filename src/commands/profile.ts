/** `kws-gen profile`: what each operator and each stage of the front end takes on a board. */
import { resolve } from 'node:path';
import type { Stages } from '../targets/stages.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { afterwards, inOwnFolder } from './support/own-firmware.js';
import { refuseExisting, shownPath } from './support/paths.js';
import { aimOf, TARGET_OPTIONS } from './support/project-options.js';
import { proofClips } from './support/proof-clips.js';
import { progressOf, showAim, uploadingText } from './support/show-build.js';
import { stagesOf } from './support/stages.js';

export const profileCommand: Command = {
  name: 'profile',
  argument: {
    name: 'clip',
    required: false,
    description: 'a recording, WAV or FLAC (default: four seconds of made-up sound)',
  },
  summary: 'measure every operator and every stage of the front end on a board',
  description:
    'Builds firmware that counts, uploads it and plays sound to it: instructions per operator and per stage of the front end where they can be counted (virtual boards and twins), microseconds on real boards and on native. Then every kernel of the models is tested on inputs that are drawn, its answers held against the reference: exit code 1 where one is wrong on this board. --report writes a page with bars. The firmware is for this alone: real boards need flash again afterwards.',
  examples: [
    'kws-gen profile --board virtual-cortex-m4',
    'kws-gen profile --board arduino-nano-33-ble --emulate --report profile.html',
    'kws-gen profile word.wav --board arduino-nano-33-ble --json',
  ],
  options: [...TARGET_OPTIONS, 'port', 'report', 'force'],
  async run(options, context, clip) {
    return profile(options, context, clip, await stagesOf(options, context));
  },
};

async function profile(
  options: OptionValues,
  context: CommandContext,
  path: string | undefined,
  stages: Stages,
): Promise<Verdict> {
  const { out, directory } = context;
  const page = options.report === undefined ? undefined : resolve(directory, options.report);
  if (page !== undefined) refuseExisting([page], { directory, force: options.force, option: '--report' });
  const aim = await aimOf(options, context);
  const { profileBoard } = await import('../proof/profile.js');
  const { proofNumbers } = await import('../proof/verify.js');
  const rate = proofNumbers(aim).captureRate;
  const [clip] = await proofClips(path === undefined ? [] : [path], rate, context, stages);
  showAim(aim, out);
  const report = await inOwnFolder(options, context, (folder) =>
    profileBoard(
      aim,
      clip!,
      {
        ...progressOf(out, context.signal),
        folder,
        uploading: () => out.progress(uploadingText(aim)),
        playing: (name) => out.status(`playing ${name}`),
      },
      stages,
    ),
  );
  const { profileLines, profilePage } = await import('../proof/profile-text.js');
  const written = page === undefined ? [] : [shownPath(page, directory)];
  if (page !== undefined) {
    const { writeTogether } = await import('../files/write-together.js');
    await writeTogether(new Map([[page, profilePage(report)]]));
  }
  out.result({ t: 'profile', ...report, ...(page === undefined ? {} : { written }) }, [
    ...profileLines(report),
    ...written.map((file) => `Written: ${file}`),
    ...afterwards(aim),
  ]);
  return report.right ? 0 : 1;
}
