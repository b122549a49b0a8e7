/** `kws-gen render`: writes the firmware project and stops. */
import { relative } from 'node:path';
import type { Command, CommandContext, Verdict } from './command.js';
import type { OptionValues } from './options.js';
import { showTarget } from './show-build.js';
import type { Stages } from './stages.js';
import { outputFolder, TARGET_OPTIONS, targetOf } from './target.js';

export const renderCommand: Command = {
  name: 'render',
  summary: 'write the firmware project',
  description:
    'Writes a PlatformIO project with the firmware and stops. The folder is replaced as a whole, and only when rendering succeeded. It can be opened, built and changed with PlatformIO alone.',
  examples: ['kws-gen render --board arduino-nano-33-ble', 'kws-gen render --board native --output firmware'],
  options: [...TARGET_OPTIONS],
  async run(options, context) {
    const { realStages } = await import('./real-stages.js');
    return render(options, context, realStages());
  },
};

export async function render(
  options: OptionValues,
  context: CommandContext,
  stages: Pick<Stages, 'render' | 'write'>,
): Promise<Verdict> {
  const { out, directory } = context;
  const target = await targetOf(options, context);
  const folder = outputFolder(options, directory);
  showTarget(target, out);
  const firmware = await stages.render(target);
  await stages.write(firmware, folder);
  const { board, runtime } = target;
  out.result(
    {
      t: 'render',
      board: board.id,
      runtime,
      folder,
      build: firmware.buildId,
      files: [...firmware.files.keys()],
    },
    `${relative(directory, folder) || folder}: ${firmware.files.size} files, build ${firmware.buildId.slice(0, 12)}`,
  );
  return 0;
}
