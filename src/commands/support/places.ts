/** Where `test` hears its suite: the host, boards that are flashed for it, or the one that already runs. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Bench, BenchBoard } from '../../bench/load.js';
import { inputError } from '../../diagnostics/errors.js';
import type { LoadedProject } from '../../project/resolve.js';
import type { Place, PlaceBoards } from '../../suite/test-suite.js';
import type { StartOptions } from '../../targets/boards.js';
import type { Stages } from '../../targets/stages.js';
import type { CommandContext } from './command.js';
import { numbersOf, placeOf } from './evaluate-context.js';
import type { OptionValues } from './options.js';
import { shownPath } from './paths.js';
import { aimFor, boardsOf, outputFolder, projectFolder } from './project-options.js';
import { progressOf, showAim, uploadingText } from './show-build.js';
import { trustOptionsOf } from './stages.js';

/** Ids of `--board a,b`; undefined: none is named. */
function boardNames({ board }: Pick<OptionValues, 'board'>): readonly string[] | undefined {
  if (board === undefined) return undefined;
  const names = board.split(',').map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (names.includes('') || twice !== undefined)
    throw inputError({
      what: twice === undefined ? 'there is an empty name' : `${twice} is named twice`,
      where: `--board ${board}`,
      next: 'give ids separated by commas, such as virtual-cortex-m3,virtual-cortex-m4',
    });
  return names;
}

export interface PlacesContext {
  readonly options: OptionValues;
  readonly context: CommandContext;
  readonly project: LoadedProject;
  readonly stages: () => Promise<Stages>;
}

export interface Places {
  readonly places: readonly Place[];
  /** All unless told. */
  readonly atOnce?: number;
}

/** @throws KwsError (exit code 2) where options contradict each other, or a board is not known */
export async function placesOf(asked: PlacesContext): Promise<Places> {
  const bench = await benchOf(asked);
  if (bench !== undefined) return benchPlaces(asked, bench);
  return { places: await namedPlaces(asked) };
}

/** The bench and its boards that are named; undefined: boards are named by their ids, or none is. */
async function benchOf({ options, context }: PlacesContext): Promise<Chosen | undefined> {
  const { directory } = context;
  const names = boardNames(options);
  if (options.bench === undefined && names === undefined) return undefined;
  const { BENCH_FILE, chooseBoards, loadBench } = await import('../../bench/load.js');
  const file = resolve(directory, options.bench ?? join(projectFolder(options, directory), BENCH_FILE));
  if (options.bench === undefined && !existsSync(file)) {
    if (names?.includes('all') !== true) return undefined;
    throw inputError({
      what: 'there is no bench of boards',
      where: shownPath(file, directory),
      next: 'write one (docs/hil.md), or name boards: --board virtual-cortex-m4',
    });
  }
  for (const name of ['port', 'emulate'] as const)
    if (options[name] !== undefined && (options.bench !== undefined || names?.includes('all') === true))
      throw inputError({
        what: 'means nothing for a bench, which says it for each board',
        where: `--${name}`,
        next: 'leave it out',
      });
  const bench = await loadBench(file, shownPath(file, directory), await boardsOf(options, directory));
  const wanted = names ?? ['all'];
  const known = new Set(['all', ...bench.boards.map(({ name }) => name)]);
  // Ids of boards go without the bench that happens to be there.
  if (options.bench === undefined && !wanted.some((name) => known.has(name))) return undefined;
  return { bench, boards: chooseBoards(bench, wanted) };
}

interface Chosen {
  readonly bench: Bench;
  readonly boards: readonly BenchBoard[];
}

const USUAL_TEST_S = 3600;

async function benchPlaces(asked: PlacesContext, { bench, boards }: Chosen): Promise<Places> {
  const { options, context, project, stages } = asked;
  const { out, directory } = context;
  const [{ benchTrust }, { requireTrust }] = await Promise.all([
    import('../../bench/load.js'),
    import('../../trust/consent.js'),
  ]);
  await requireTrust(benchTrust(bench, boards), bench.folder, trustOptionsOf(options, context));
  const places: Place[] = [];
  for (const board of boards) {
    const { name, serial, port, emulate, runtime, retries, testTimeout = USUAL_TEST_S } = board;
    const known = serial ?? port;
    const aim = await aimFor(
      project,
      {
        ...options,
        board: board.board,
        ...(emulate === undefined ? {} : { emulate }),
        ...(runtime === undefined ? {} : { runtime }),
        ...(known === undefined ? {} : { port: known }),
      },
      directory,
    );
    // Boards of one kind share what is built.
    const folder = `${outputFolder(options, directory)}-${aim.board.id}${runtime === undefined ? '' : `-${runtime}`}`;
    places.push({
      name,
      project: aim.project,
      timeLimitMs: 1000 * testTimeout,
      ...(retries === undefined ? {} : { retries }),
      ...told(context),
      async open(signal): Promise<PlaceBoards> {
        const { openBenchBoard } = await import('../../bench/open.js');
        const start: StartOptions = {
          ...progressOf(out, signal),
          progress: (text) => out.status(`${name}: ${text}`),
          folder,
          uploading: () => out.progress(`${name}: ${uploadingText(aim)}`),
        };
        const opened = await openBenchBoard({ bench, board, aim }, start, await stages());
        return {
          ...opened,
          kind: board.virtual ? 'virtual' : 'real',
          load: board.virtual && emulate !== undefined ? aim.load() : undefined,
        };
      },
    });
  }
  out.progress(`${bench.name}: ${boards.map(({ name, board }) => `${name} (${board})`).join(', ')}`);
  return { places, ...(bench.atOnce === undefined ? {} : { atOnce: bench.atOnce }) };
}

async function namedPlaces(asked: PlacesContext): Promise<readonly Place[]> {
  const { options, context, project } = asked;
  const names = boardNames(options);
  const place = placeOf({ ...options, onDevice: names !== undefined && options.port === undefined });
  if (place === 'host')
    return [
      { name: 'host', numbers: await numbersOf(options, project, context.directory), ...told(context) },
    ];
  if (place === 'running board') return [await runningPlace(asked)];
  const single = names === undefined || names.length === 1;
  const all = names?.map((board) => ({ ...options, board })) ?? [options];
  return Promise.all(all.map((own) => flashedPlace({ ...asked, options: own }, single)));
}

const told = ({ out }: CommandContext) => ({ progress: (text: string) => out.status(text) });

async function flashedPlace(
  { options, context, project, stages }: PlacesContext,
  single: boolean,
): Promise<Place> {
  const { out, directory } = context;
  const aim = await aimFor(project, options, directory);
  showAim(aim, out);
  const folder = single
    ? outputFolder(options, directory)
    : `${outputFolder(options, directory)}-${aim.board.id}`;
  return {
    name: aim.board.id,
    project: aim.project,
    ...told(context),
    async open(signal): Promise<PlaceBoards> {
      const { startBoards } = await import('../../targets/boards.js');
      const progress = progressOf(out, signal);
      const start: StartOptions = {
        ...progress,
        ...(single ? {} : { progress: (text: string) => out.status(`${aim.board.id}: ${text}`) }),
        folder,
        uploading: () => out.progress(`${aim.board.id}: ${uploadingText(aim)}`),
      };
      const boards = await startBoards(aim, start, await stages());
      const kind = aim.board.kind === 'real' && aim.board.onChip === undefined ? 'real' : 'virtual';
      return { ...boards, kind, load: options.emulate ? aim.load() : undefined };
    },
  };
}

async function runningPlace({ options, context, project, stages }: PlacesContext): Promise<Place> {
  const { directory, out } = context;
  const { board, port } = options;
  return {
    name: board ?? port!,
    ...told(context),
    async open(signal): Promise<PlaceBoards> {
      const { openRunningBoard } = await import('../../targets/boards.js');
      const boards = await openRunningBoard(
        project,
        {
          board,
          port,
          folder: outputFolder(options, directory),
          signal,
          boards: await boardsOf(options, directory),
          warn: (problem) => out.warn(problem),
        },
        await stages(),
      );
      const { hello } = boards.devices[0]!;
      const known = (await boardsOf(options, directory)).get(hello.board);
      return { ...boards, kind: known?.kind === 'real' ? 'real' : 'virtual' };
    },
  };
}
