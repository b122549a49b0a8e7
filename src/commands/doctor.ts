/** `kws-gen doctor`: what the tool needs of this machine, found or not, and how to mend it. */

import { relative } from 'node:path';
import type { Boards } from '../boards/load.js';
import { platformSource } from '../boards/platform-source.js';
import type { ResolvedBoard } from '../boards/types.js';
import { KwsError, type Problem, problemLines, toolError } from '../diagnostics/errors.js';
import type {
  BoardNeeds,
  InstallOptions,
  LeftOver,
  Prerequisite,
  PrerequisiteId,
} from '../platformio/toolchain.js';
import type { TrainingPrerequisite } from '../train/prerequisites.js';
import type { Command, CommandContext, Verdict } from './support/command.js';
import { boardsOf } from './support/project-options.js';

/** What can be done without: PlatformIO downloads its own SCons, and not everybody trains. */
const OPTIONAL: ReadonlySet<Row['id']> = new Set(['scons', 'training', 'voices', 'neural']);

type Row = Prerequisite | TrainingPrerequisite;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'check what building, flashing and virtual boards need',
  description:
    'Lists every prerequisite: found or not, what does not work without it, and the command that brings it. --fix installs PlatformIO into a folder of its own in the user’s cache (some 200 MB), and on Debian, as root, the system’s packages; on a terminal it asks before. What only train needs is listed, and left to train --fix (some 930 MB). Boards of your own, boards/*.board.json beside kws.json, are checked, too. Exit code 1 where something is missing or wrong.',
  examples: ['kws-gen doctor', 'kws-gen doctor --fix'],
  options: ['project', 'fix', 'yes'],
  async run(options, context) {
    const stages = await import('../platformio/toolchain.js');
    const { trainingPrerequisites } = await import('../train/prerequisites.js');
    const request = { fix: options.fix === true, ask: options.yes !== true };
    return doctor(request, context, {
      ...stages,
      checkPrerequisites: (needs) => stages.checkPrerequisites(process.env, needs),
      trainingPrerequisites,
      boards: () => boardsOf(options, context.directory),
    });
  },
};

export interface DoctorStages {
  /** All boards there are; throws KwsError with what is wrong with the user's own. */
  boards(): Promise<Boards>;
  checkPrerequisites(needs: BoardNeeds): Promise<readonly Prerequisite[]>;
  missingPackages(found: readonly Prerequisite[]): readonly string[];
  installPackages(packages: readonly string[], options: InstallOptions): Promise<void>;
  installPlatformio(options: InstallOptions): Promise<unknown>;
  trainingPrerequisites(): Promise<readonly TrainingPrerequisite[]>;
  /** What killed runs left behind. */
  leftOver(): readonly LeftOver[];
}

export interface DoctorRequest {
  readonly fix: boolean;
  /** Whether a terminal is asked before anything is installed. */
  readonly ask: boolean;
}

export async function doctor(
  request: DoctorRequest,
  context: Pick<CommandContext, 'out' | 'signal' | 'interactive' | 'directory'>,
  stages: DoctorStages,
): Promise<Verdict> {
  const boards = await boardsOrProblems(stages);
  const git = 'problems' in boards ? [] : [...boards.known.values()].filter(isFromGit).map(({ id }) => id);
  const check = () => stages.checkPrerequisites({ git });
  let found = await check();
  if (request.fix) found = await mend(found, request, context, { ...stages, check });
  const rows: readonly Row[] = [...found, ...(await stages.trainingPrerequisites())];
  for (const one of rows) context.out.result({ t: 'prerequisite', ...one }, lines(one));
  showOwnBoards(boards, context);
  await endLeftOver(request, context, stages);
  return !('problems' in boards) && found.every((one) => one.found || OPTIONAL.has(one.id)) ? 0 : 1;
}

const isFromGit = ({ platformio }: ResolvedBoard): boolean => platformSource(platformio.platform) === 'git';

type BoardsOrProblems = { readonly known: Boards } | { readonly problems: readonly Problem[] };

async function boardsOrProblems(stages: Pick<DoctorStages, 'boards'>): Promise<BoardsOrProblems> {
  try {
    return { known: await stages.boards() };
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    return { problems: error.problems };
  }
}

/** Which boards are the user's own, or what is wrong with them. */
function showOwnBoards(
  boards: BoardsOrProblems,
  { out, directory }: Pick<CommandContext, 'out' | 'directory'>,
): void {
  if ('problems' in boards) {
    const { problems } = boards;
    const told = problems.flatMap((one) => {
      const [headline, ...rest] = problemLines(one);
      return [`wrong    ${headline}`, ...rest.map((line) => `       ${line}`)];
    });
    out.result({ t: 'own-board', board: null, file: null, problems }, told);
    return;
  }
  for (const { id, file } of boards.known.values()) {
    if (file === undefined) continue;
    const shown = relative(directory, file);
    out.result(
      { t: 'own-board', board: id, file: shown, problems: [] },
      `ok       your board ${id}  (${shown})`,
    );
  }
}

/** Processes of runs that were killed: told, and ended with --fix; on a terminal that is asked. */
async function endLeftOver(
  { fix, ask }: DoctorRequest,
  { out, interactive }: Pick<CommandContext, 'out' | 'interactive'>,
  stages: Pick<DoctorStages, 'leftOver'>,
): Promise<void> {
  for (const { pid, what, end } of stages.leftOver()) {
    const question = `End process ${pid}, ${what}, which a killed run left behind?`;
    const asked = interactive && ask;
    const ended = asked ? await (await import('./support/prompts.js')).confirm(question) : fix;
    if (ended) await end();
    out.result(
      { t: 'left-over', pid, what, ended },
      ended
        ? [`ended    process ${pid}: ${what}`]
        : [
            `left     process ${pid}: ${what}, of a run that was killed`,
            '         next: kws-gen doctor --fix ends it',
          ],
    );
  }
}

/** Installs what can be installed and looks again. PlatformIO comes second: it needs Python. */
async function mend(
  found: readonly Prerequisite[],
  request: DoctorRequest,
  { out, signal, interactive }: Pick<CommandContext, 'out' | 'signal' | 'interactive'>,
  stages: DoctorStages & { check(): Promise<readonly Prerequisite[]> },
): Promise<readonly Prerequisite[]> {
  const options = {
    signal,
    onProgress: (text: string) => out.step(text),
    onLine: (line: string) => out.status(line),
  };
  const agreed = async (question: string) => {
    if (!request.ask || !interactive) return true;
    const { confirm } = await import('./support/prompts.js');
    return confirm(question);
  };
  let now = found;
  const packages = stages.missingPackages(now);
  if (packages.length > 0 && (await agreed(`Install system-wide: ${packages.join(' ')}?`))) {
    await stages.installPackages(packages, options);
    now = await stages.check();
  }
  if (
    !isThere(now, 'platformio') &&
    (await agreed('Install PlatformIO, some 200 MB, into kws-gen’s cache folder?'))
  ) {
    await stages.installPlatformio(options);
    now = await stages.check();
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

function lines({ id, name, found, version, path, neededFor, fix }: Row): string[] {
  if (found)
    return [
      `ok       ${name}${version === undefined ? '' : ` ${version}`}${path === undefined ? '' : `  (${path})`}`,
    ];
  const mark = OPTIONAL.has(id) ? 'optional' : 'missing ';
  return [`${mark} ${name}: needed for ${neededFor}`, `         next: ${fix}`];
}
