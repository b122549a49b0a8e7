/** `kws-gen doctor`: what the tool needs of this machine, found or not, and how to mend it. */
import type { InstallOptions, Prerequisite, PrerequisiteId } from '../build/toolchain.js';
import { toolError } from '../diagnostics/errors.js';
import type { Command, CommandContext, Verdict } from './command.js';

/** What an online machine can do without: PlatformIO downloads its own. */
const OPTIONAL: ReadonlySet<PrerequisiteId> = new Set(['scons']);

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check what building, flashing and virtual boards need',
  description:
    'Lists every prerequisite: found or not, what does not work without it, and the command that brings it. --fix installs PlatformIO into a folder of its own in the user’s cache, and on Debian, as root, the system’s packages; on a terminal it asks before. Exit code 1 where something is missing.',
  examples: ['kws-gen doctor', 'kws-gen doctor --fix'],
  options: ['fix', 'yes'],
  async run(options, context) {
    const stages = await import('../build/toolchain.js');
    return doctor({ fix: options.fix === true, ask: options.yes !== true }, context, stages);
  },
};

export interface DoctorStages {
  checkPrerequisites(): Promise<readonly Prerequisite[]>;
  missingPackages(found: readonly Prerequisite[]): readonly string[];
  installPackages(packages: readonly string[], options: InstallOptions): Promise<void>;
  installPlatformio(options: InstallOptions): Promise<unknown>;
}

export interface DoctorRequest {
  readonly fix: boolean;
  /** Whether a terminal is asked before anything is installed. */
  readonly ask: boolean;
}

export async function doctor(
  request: DoctorRequest,
  context: Pick<CommandContext, 'out' | 'signal' | 'interactive'>,
  stages: DoctorStages,
): Promise<Verdict> {
  let found = await stages.checkPrerequisites();
  if (request.fix) found = await mend(found, request, context, stages);
  for (const one of found) context.out.result({ t: 'prerequisite', ...one }, line(one));
  return found.every((one) => one.found || OPTIONAL.has(one.id)) ? 0 : 1;
}

/** Installs what can be installed and looks again. PlatformIO comes second: it needs Python. */
async function mend(
  found: readonly Prerequisite[],
  request: DoctorRequest,
  { out, signal, interactive }: Pick<CommandContext, 'out' | 'signal' | 'interactive'>,
  stages: DoctorStages,
): Promise<readonly Prerequisite[]> {
  const options = { signal, onProgress: (text: string) => out.progress(text) };
  const agreed = async (question: string) => {
    if (!request.ask || !interactive) return true;
    const { confirm } = await import('../terminal/prompts.js');
    return confirm(question);
  };
  let now = found;
  const packages = stages.missingPackages(now);
  if (packages.length > 0 && (await agreed(`Install system-wide: ${packages.join(' ')}?`))) {
    await stages.installPackages(packages, options);
    now = await stages.checkPrerequisites();
  }
  if (!isThere(now, 'platformio') && (await agreed('Install PlatformIO into kws-gen’s cache folder?'))) {
    await stages.installPlatformio(options);
    now = await stages.checkPrerequisites();
    if (!isThere(now, 'platformio'))
      throw toolError({
        what: 'PlatformIO was installed and is not found',
        next: 'name its program pio in the environment variable KWS_PIO',
      });
  }
  return now;
}

function isThere(found: readonly Prerequisite[], id: PrerequisiteId): boolean {
  return found.some((one) => one.id === id && one.found);
}

function line({ id, name, found, version, path, neededFor, fix }: Prerequisite): string {
  if (found)
    return `ok       ${name}${version === undefined ? '' : ` ${version}`}${path === undefined ? '' : `  (${path})`}`;
  const mark = OPTIONAL.has(id) ? 'optional' : 'missing ';
  return `${mark} ${name}: needed for ${neededFor}\n         next: ${fix}`;
}
