/**
 * `kws-gen train --fix`: what training needs, installed: voices by the system's packages, JAX and neural voices
 * into venvs.
 */
import { KwsError } from '../../diagnostics/errors.js';
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';

export async function installTraining(options: OptionValues, context: CommandContext): Promise<void> {
  const packages = await mendTraining(options, context);
  const { findTrainingEngine } = await import('../../train/engine.js');
  const { findKokoro } = await import('../../train/voices/kokoro/install.js');
  const engine = await findTrainingEngine();
  const kokoro = findKokoro();
  const there = { t: 'training', installed: engine !== undefined, neural: kokoro !== undefined, packages };
  context.out.result(there, [
    engine === undefined ? 'missing  JAX' : `ok       JAX  (${engine.python})`,
    kokoro === undefined ? 'missing  neural voices' : `ok       neural voices  (${kokoro.python})`,
  ]);
}

/** Installs what is missing and is agreed to; the packages that were. */
async function mendTraining(
  { yes, noNeural }: OptionValues,
  { out, signal, interactive }: Pick<CommandContext, 'out' | 'signal' | 'interactive'>,
): Promise<readonly string[]> {
  const [{ installPackages }, engine, kokoro, { missingVoicePackages }] = await Promise.all([
    import('../../platformio/toolchain.js'),
    import('../../train/engine.js'),
    import('../../train/voices/kokoro/install.js'),
    import('../../train/voices/packages.js'),
  ]);
  const options = { signal, onProgress: (text: string) => out.progress(text) };
  const agreed = async (question: string) => {
    if (yes === true || !interactive) return true;
    return (await import('./prompts.js')).confirm(question);
  };
  const packages = missingVoicePackages();
  if (packages.length > 0 && (await agreed(`Install system-wide: ${packages.join(' ')}?`)))
    await installPackages(packages, options);
  if (
    (await engine.findTrainingEngine()) === undefined &&
    (await agreed(`Install JAX, ${engine.TRAINING_SIZE}, into kws-gen’s cache folder?`))
  )
    await engine.installTrainingEngine(options);
  if (
    noNeural !== true &&
    kokoro.findKokoro() === undefined &&
    (await agreed(`Install neural voices, ${kokoro.KOKORO_SIZE}, into kws-gen’s cache folder?`))
  )
    try {
      await kokoro.installKokoro(options);
    } catch (error) {
      // Training goes without them, too.
      if (!(error instanceof KwsError)) throw error;
      for (const problem of error.problems) out.warn(problem);
    }
  return packages;
}
