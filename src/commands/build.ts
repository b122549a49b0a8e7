/** `kws-gen build`: firmware, and what it takes of flash and RAM. */
import type { Command, CommandContext, Verdict } from './command.js';
import type { OptionValues } from './options.js';
import { showBuild, showTarget } from './show-build.js';
import type { Stages } from './stages.js';
import { outputFolder, TARGET_OPTIONS, targetOf } from './target.js';

export const buildCommand: Command = {
  name: 'build',
  summary: 'write the firmware project and build it',
  description:
    'Renders the firmware, builds it with PlatformIO and stops. Says what it takes of flash and RAM and what is left; where it does not fit, how much it is over and which boards have room.',
  examples: ['kws-gen build --board arduino-nano-33-ble', 'kws-gen build --emulate --json'],
  options: [...TARGET_OPTIONS],
  async run(options, context) {
    const { realStages } = await import('./real-stages.js');
    return build(options, context, realStages());
  },
};

export async function build(
  options: OptionValues,
  context: CommandContext,
  stages: Pick<Stages, 'render' | 'write' | 'build'>,
): Promise<Verdict> {
  const { out, directory, signal } = context;
  const target = await targetOf(options, context);
  const folder = outputFolder(options, directory);
  showTarget(target, out);
  await stages.write(await stages.render(target), folder);
  const progress = { signal, progress: (text: string) => out.status(text) };
  showBuild(await stages.build(target, folder, progress), target, out, out.json);
  return 0;
}
