/** What can run a new project: the last thing `init` says, so that the next command does not end in a refusal. */
import { type Boards, findBoard } from '../../boards/index.js';
import type { Problem } from '../../diagnostics/errors.js';
import type { Runtime } from '../../model/runtime.js';
import type { Model } from '../../model/types.js';
import type { LoadedProject } from '../../project/resolve.js';
import { boardsFor, type Candidate } from './inspect-boards.js';

export interface Runners {
  /** Runtimes that run all models, by board; of the board named alone where one is. */
  readonly runs: Readonly<Record<string, readonly Runtime[]>>;
  readonly lines: readonly string[];
}

export function runnersOf({ models, board, runtime }: LoadedProject<Model>, boards: Boards): Runners {
  const verdicts = models.map(({ model }) => boardsFor(model, boards).boards);
  const all = verdicts[0]!.map(({ board: id }, at) =>
    together(
      id,
      verdicts.map((one) => one[at]!),
    ),
  );
  const able = all.filter(({ runtimes }) => runtimes.length > 0);
  if (board === undefined) return { runs: table(all), lines: [overview(all, able)] };
  const own = all.find((one) => one.board === board)!;
  const usual = runtime ?? findBoard(own.board, boards).defaultRuntime;
  return { runs: table([own]), lines: ofBoard(own, { usual, named: runtime !== undefined }, able) };
}

const table = (list: readonly Candidate[]) =>
  Object.fromEntries(list.map(({ board, runtimes }) => [board, runtimes]));

/** What runs every model, and the first reason why something does not. */
function together(board: string, each: readonly Candidate[]): Candidate {
  const runtimes = each[0]!.runtimes.filter((runtime) => each.every((one) => one.runtimes.includes(runtime)));
  return { board, runtimes, refused: each.flatMap(({ refused }) => refused) };
}

function overview(all: readonly Candidate[], able: readonly Candidate[]): string {
  if (able.length === 0) {
    const [first] = all.flatMap(({ refused }) => refused);
    return `No board can run it: ${reason(first)}`;
  }
  const missing = all.length - able.length;
  const which = missing === 0 ? `all ${all.length} boards` : `${able.length} of ${all.length} boards`;
  return `Runs on ${which}; kws-gen inspect shows them`;
}

/** The runtime that is meant, and whether the project names it. */
interface Meant {
  readonly usual: Runtime;
  readonly named: boolean;
}

function ofBoard(own: Candidate, { usual, named }: Meant, able: readonly Candidate[]): readonly string[] {
  const refused = (runtime: Runtime) => own.refused.find((one) => one.runtime === runtime);
  if (own.runtimes.includes(usual)) return [`Runs on ${own.board} in the runtime ${usual}`];
  const why = `${usual}: ${reason(refused(usual))}`;
  const [other] = own.runtimes;
  if (other === undefined) {
    const others = able.map(({ board }) => board).join(', ');
    return [
      `${own.board} cannot run it: ${own.refused.map((one) => `${one.runtime}: ${reason(one)}`).join('; ')}`,
      others === '' ? 'No other board can' : `Boards that can: ${others}`,
    ];
  }
  return named
    ? [`${own.board} cannot run it in the runtime ${why}; "runtime": "${other}" can`]
    : [`Runs on ${own.board} in the runtime ${other}, which is chosen in place of ${why}`];
}

const reason = (problem: Problem | undefined): string => {
  if (problem === undefined) return 'not known';
  const { where, what } = problem;
  return where === undefined ? what : `${where}: ${what}`;
};
