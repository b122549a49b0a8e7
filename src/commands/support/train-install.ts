/** `kws-gen train --fix`: what training needs, installed: voices by the system's packages, JAX into a venv. */
import type { CommandContext } from './command.js';
import type { OptionValues } from './options.js';

export async function installTraining(
  { yes }: OptionValues,
  { out, signal, interactive }: CommandContext,
): Promise<void> {
  const [{ installPackages }, { findTrainingEngine, installTrainingEngine }, { missingVoicePackages }] =
    await Promise.all([
      import('../../platformio/toolchain.js'),
      import('../../train/engine.js'),
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
    (await findTrainingEngine()) === undefined &&
    (await agreed('Install JAX, some 630 MB, into kws-gen’s cache folder?'))
  )
    await installTrainingEngine(options);
  const engine = await findTrainingEngine();
  const there = { t: 'training', installed: engine !== undefined, packages };
  out.result(there, engine === undefined ? 'missing  JAX' : `ok       JAX  (${engine.python})`);
}
