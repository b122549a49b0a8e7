/** `kws-gen render`: writes the firmware project and stops. */
import type { Stages } from '../targets/stages.js';
import { writeAnd } from '../targets/upload.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import type { OptionValues } from './support/options.js';
import { shownPath } from './support/paths.js';
import { aimOf, outputFolder, TARGET_OPTIONS } from './support/project-options.js';
import { progressOf, showAim, showWindows } from './support/show-build.js';
import { stagesOf } from './support/stages.js';

export const renderCommand: Command = {
  name: 'render',
  summary: 'write the firmware project',
  description:
    'Writes a PlatformIO project with the firmware and stops. The folder is replaced as a whole, and only when rendering succeeded. It can be opened, built and changed with PlatformIO alone.',
  examples: ['kws-gen render --board arduino-nano-33-ble', 'kws-gen render --board native --output firmware'],
  options: [...TARGET_OPTIONS],
  async run(options, context) {
    return render(options, context, await stagesOf(options, context));
  },
};

export async function render(
  options: OptionValues,
  context: CommandContext,
  stages: Pick<Stages, 'render' | 'trust' | 'lock' | 'write'>,
): Promise<Verdict> {
  const { out, directory } = context;
  const aim = await aimOf(options, context);
  const folder = outputFolder(options, directory);
  showAim(aim, out);
  const firmware = await stages.render(aim);
  showWindows(firmware, out);
  await writeAnd({ aim, firmware, folder }, progressOf(out, context.signal), stages, async () => {});
  const { board, runtime } = aim;
  out.result(
    {
      t: 'render',
      board: board.id,
      runtime,
      folder,
      build: firmware.buildId,
      files: [...firmware.files.keys()],
      windows: firmware.windows ?? [],
    },
    `${shownPath(folder, directory)}: ${firmware.files.size} files, build ${firmware.buildId.slice(0, 12)}`,
  );
  return 0;
}
