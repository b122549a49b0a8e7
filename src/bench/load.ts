/**
 * `hil.json` → a bench whose boards exist, and which of them are meant.
 *
 * Owns: what the fields mean together. Leaves to others: the fields by themselves (`schema.ts`).
 */
import { dirname } from 'node:path';
import { type Boards, findBoard } from '../boards/index.js';
import { inputError, KwsError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import { fieldProblem, schemaProblems } from '../diagnostics/schema-problems.js';
import { readBounded } from '../files/read-bounded.js';
import { parseJson } from '../project/parse.js';
import type { TrustField } from '../trust/fields.js';
import { type BenchEntry, benchFileSchema } from './schema.js';

export interface BenchBoard extends BenchEntry {
  /** It runs on this computer: a virtual board, or a twin. */
  readonly virtual: boolean;
  /** Among the boards of the bench that are virtual and of the same kind: the how manieth, from 0. */
  readonly another: number;
}

export interface Bench {
  /** Absolute. */
  readonly file: string;
  /** As messages call it. */
  readonly name: string;
  /** That hooks run in. */
  readonly folder: string;
  readonly atOnce?: number;
  readonly boards: readonly BenchBoard[];
}

export const BENCH_FILE = 'hil.json';
const LARGEST = 2 ** 20;

/**
 * @param file absolute
 * @param name how messages call it
 * @throws KwsError (exit code 2) with everything that is wrong
 */
export async function loadBench(file: string, name: string, boards: Boards): Promise<Bench> {
  const data = parseJson(new TextDecoder().decode(await readBounded(file, LARGEST)), name);
  const result = benchFileSchema.safeParse(data);
  if (!result.success)
    throw inputError(schemaProblems(result.error, data, benchFileSchema, name).slice(0, 20));
  const problems: Problem[] = [];
  const entries = result.data.boards;
  for (const index of entries.keys()) checkEntry(index, entries, { name, boards, problems });
  if (problems.length > 0) throw inputError(problems);
  const seen = new Map<string, number>();
  const { atOnce } = result.data;
  return {
    file,
    name,
    folder: dirname(file),
    ...(atOnce === undefined ? {} : { atOnce }),
    boards: entries.map((entry): BenchBoard => {
      const { id, kind } = findBoard(entry.board, boards);
      if (kind === 'real' && !isEmulated(entry)) return { ...entry, virtual: false, another: 0 };
      const key = `${id} ${entry.emulate ?? false}`;
      const another = seen.get(key) ?? 0;
      seen.set(key, another + 1);
      return { ...entry, virtual: true, another };
    }),
  };
}

const isEmulated = ({ emulate }: BenchEntry): boolean => emulate !== undefined && emulate !== false;

interface Checking {
  readonly name: string;
  readonly boards: Boards;
  readonly problems: Problem[];
}

function checkEntry(
  index: number,
  entries: readonly BenchEntry[],
  { name, boards, problems }: Checking,
): void {
  const entry = entries[index]!;
  const report = (field: keyof BenchEntry, problem: Omit<Problem, 'where'>) =>
    problems.push(fieldProblem(name, ['boards', index, field], problem));
  const before = entries.slice(0, index);
  for (const field of ['name', 'serial', 'port'] as const) {
    const value = entry[field];
    if (value !== undefined && before.some((other) => other[field] === value))
      report(field, { what: `${JSON.stringify(value)} stands there twice`, next: 'each board has its own' });
  }
  let kind: string | undefined;
  try {
    kind = findBoard(entry.board, boards).kind;
  } catch (error) {
    if (!(error instanceof KwsError)) throw error;
    const [{ what, next }] = error.problems as [Problem];
    report('board', { what, ...(next === undefined ? {} : { next }) });
    return;
  }
  const virtual = kind !== 'real' || isEmulated(entry);
  for (const field of ['serial', 'port'] as const)
    if (virtual && entry[field] !== undefined)
      report(field, { what: 'means nothing for a virtual board', next: 'remove it' });
  if (entry.serial !== undefined && entry.port !== undefined)
    report('port', { what: 'the board is named by its serial number already', next: 'remove one of them' });
  const same = before.filter((other) => other.board === entry.board && !isEmulated(other));
  if (
    !virtual &&
    same.length > 0 &&
    [entry, ...same].some((one) => one.serial === undefined && one.port === undefined)
  )
    report('serial', {
      what: 'several boards of one kind, and it is not said which is which',
      next: 'give each its serial number: kws-gen ports shows them',
    });
}

/**
 * The boards of a bench that are named; `all`: every one.
 * @throws KwsError (exit code 2) where one is not there
 */
export function chooseBoards(bench: Bench, names: readonly string[]): readonly BenchBoard[] {
  if (names.includes('all')) return bench.boards;
  const known = bench.boards.map(({ name }) => name);
  return names.map((name) => {
    const found = bench.boards.find((board) => board.name === name);
    if (found !== undefined) return found;
    throw inputError({
      what: `there is no board ${JSON.stringify(name)}`,
      where: bench.name,
      next: didYouMean(name, [...known, 'all']),
    });
  });
}

/** The programs that its boards run: whoever brings the file could have any run. */
export function benchTrust(bench: Bench, chosen: readonly BenchBoard[]): readonly TrustField[] {
  return chosen.flatMap((board) =>
    (['before', 'after'] as const).flatMap((key): TrustField[] => {
      const words = board[key];
      if (words === undefined) return [];
      return [
        {
          where: `${bench.name}, boards[${bench.boards.indexOf(board)}].${key}`,
          key,
          value: words.join(' '),
          why: 'it is run on this computer before or after each test',
        },
      ];
    }),
  );
}
