/** `kws-gen doctor`: what the tool needs of this machine, found or not, with the exact fix. */
import type { Prerequisite } from '../build/toolchain.js';
import { toolError } from '../diagnostics/errors.js';
import type { Command, CommandContext, Verdict } from './command.js';

/** Brought by `installPlatformio`, without root. */
const OURS: ReadonlySet<Prerequisite['id']> = new Set(['platformio', 'scons']);

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check what building, flashing and virtual boards need',
  description:
    'Lists every prerequisite: found or not, what does not work without it, and the command that brings it. --fix installs PlatformIO into a folder of its own in the user’s cache; what needs the system’s package manager it only prints. Exit code 1 where something is missing.',
  examples: ['kws-gen doctor', 'kws-gen doctor --fix'],
  options: ['fix'],
  async run(options, context) {
    const { checkPrerequisites, installPlatformio } = await import('../build/toolchain.js');
    return doctor(options.fix === true, context, { checkPrerequisites, installPlatformio });
  },
};

export interface DoctorStages {
  checkPrerequisites(): Promise<readonly Prerequisite[]>;
  installPlatformio(options: {
    readonly signal: AbortSignal;
    readonly onProgress: (text: string) => void;
  }): Promise<unknown>;
}

export async function doctor(
  fix: boolean,
  context: Pick<CommandContext, 'out' | 'signal' | 'interactive'>,
  stages: DoctorStages,
): Promise<Verdict> {
  const { out, signal } = context;
  let found = await stages.checkPrerequisites();
  const ours = found.filter((one) => !one.found && OURS.has(one.id));
  if (fix && ours.length > 0 && (await agreed(context))) {
    out.progress('installing PlatformIO into the cache folder');
    await stages.installPlatformio({ signal, onProgress: (text) => out.progress(text) });
    found = await stages.checkPrerequisites();
    const still = found.find((one) => !one.found && OURS.has(one.id));
    if (still !== undefined) {
      throw toolError({ what: `${still.name} was installed and is not found`, next: still.fix });
    }
  }
  for (const one of found) out.result({ t: 'prerequisite', ...one }, line(one));
  return found.every((one) => one.found) ? 0 : 1;
}

async function agreed({ interactive }: Pick<CommandContext, 'interactive'>): Promise<boolean> {
  if (!interactive) return true;
  const { confirm } = await import('../terminal/prompts.js');
  return confirm('Install PlatformIO into kws-gen’s cache folder?');
}

function line({ name, found, version, path, neededFor, fix }: Prerequisite): string {
  if (found)
    return `ok       ${name}${version === undefined ? '' : ` ${version}`}${path === undefined ? '' : `  (${path})`}`;
  return `missing  ${name}: needed for ${neededFor}\n         next: ${fix}`;
}
