/** `kws-gen build`: firmware, and what it takes of flash and RAM. */

import type { Stages } from '../targets/stages.js';
import { writeAnd } from '../targets/upload.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import { compareRuntimes } from './support/compare-runtimes.js';
import type { OptionValues } from './support/options.js';
import { aimOf, outputFolder, TARGET_OPTIONS } from './support/project-options.js';
import { progressOf, showAim, showBuild, showWindows } from './support/show-build.js';
import { showLoad } from './support/show-load.js';
import { stagesOf } from './support/stages.js';

export const buildCommand: Command = {
  name: 'build',
  summary: 'write the firmware project and build it',
  description:
    'Renders the firmware, builds it with PlatformIO and stops. Says what it takes of flash and RAM and what is left; where it does not fit, how much it is over and which boards have room.',
  examples: [
    'kws-gen build --board arduino-nano-33-ble',
    'kws-gen build --emulate --json',
    'kws-gen build --board arduino-nano-33-ble --compare-runtimes',
  ],
  options: [...TARGET_OPTIONS, 'force', 'compareRuntimes'],
  async run(options, context) {
    const stages = await stagesOf(options, context);
    if (options.compareRuntimes === true) return compareRuntimes(options, context, stages);
    return build(options, context, stages);
  },
};

export async function build(
  options: OptionValues,
  context: CommandContext,
  stages: Pick<Stages, 'render' | 'trust' | 'lock' | 'write' | 'build'>,
): Promise<Verdict> {
  const { out, directory, signal } = context;
  const aim = await aimOf(options, context);
  const folder = outputFolder(options, directory);
  showAim(aim, out);
  showLoad(aim, out, options.force);
  const firmware = await stages.render(aim);
  showWindows(firmware, out);
  const progress = progressOf(out, signal);
  const work = () => stages.build(aim, folder, progress);
  const build = await writeAnd({ aim, firmware, folder }, progress, stages, work);
  const { windows = [] } = firmware;
  showBuild({ ...build, windows }, aim, out, out.json);
  return 0;
}
