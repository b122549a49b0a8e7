/** `kws-gen build --compare-runtimes`: what each runtime takes, measured where instructions can be counted. */
import { inputError, KwsError } from '../../diagnostics/errors.js';
import { RUNTIMES, type Runtime } from '../../model/runtime.js';
import type { Aim } from '../../targets/aim.js';
import { type Measured, measureFirmware } from '../../targets/measure.js';
import type { Stages } from '../../targets/stages.js';
import { table } from '../../text/table.js';
import type { CommandContext, Verdict } from './command.js';
import type { OptionValues } from './options.js';
import { aimFor, projectOf } from './project-options.js';
import { progressOf, size } from './show-build.js';
import { percent } from './show-load.js';

interface Made {
  readonly board: string;
  readonly runtime: Runtime;
}
type Row = Made & ({ readonly measured: Measured } | { readonly error: KwsError });

/** @throws KwsError (exit code 2) where nothing can count instructions for the board, or no runtime runs the models */
export async function compareRuntimes(
  options: OptionValues,
  context: CommandContext,
  stages: Pick<Stages, 'render' | 'trust' | 'write' | 'build' | 'count' | 'open'>,
): Promise<Verdict> {
  const { out, directory, signal } = context;
  const project = await projectOf(options, context);
  const emulate = isReal(await aimFor(project, { ...options, emulate: false }, directory));
  const rows: Row[] = [];
  for (const runtime of RUNTIMES) {
    const aim = await aimFor(project, { ...options, emulate, runtime }, directory);
    out.progress(`${project.name} for ${aim.board.id}, runtime ${runtime}`);
    rows.push(await rowOf(aim, () => measureFirmware(aim, stages, progressOf(out, signal))));
  }
  if (out.json) for (const row of rows) out.line(fieldsOf(row));
  else out.text([...tableOf(rows), ...reasons(rows)]);
  if (rows.every((row) => 'error' in row)) throw (rows[0] as { readonly error: KwsError }).error;
  return 0;
}

/** A real board's instructions are counted on its twin; the host's nowhere. */
function isReal({ board }: Aim): boolean {
  if (board.kind === 'native')
    throw inputError({
      what: 'counts no instructions',
      where: board.id,
      next: 'name a virtual board, or a real one that has a twin (kws-gen boards)',
    });
  return board.kind === 'real';
}

/** What a runtime cannot do is a row, trouble of a tool is not. */
async function rowOf({ board, runtime }: Aim, measure: () => Promise<Measured>): Promise<Row> {
  try {
    return { board: board.id, runtime, measured: await measure() };
  } catch (error) {
    if (error instanceof KwsError && error.exitCode === 2) return { board: board.id, runtime, error };
    throw error;
  }
}

function fieldsOf(row: Row) {
  const common = { t: 'runtime', board: row.board, runtime: row.runtime };
  if ('error' in row) return { ...common, problems: row.error.problems };
  const { flash, ram, models, load } = row.measured;
  return {
    ...common,
    flash: flash.used,
    ram: ram.used,
    models,
    load: load === undefined ? null : Math.round(100 * load.load) / 100,
  };
}

function tableOf(rows: readonly Row[]): readonly string[] {
  const measured = rows.flatMap((row) => ('error' in row ? [] : [row]));
  const names = measured[0]?.measured.models.map(({ name }) => name) ?? [];
  return table(
    ['RUNTIME', 'FLASH', 'RAM', ...names.map((name) => name.toUpperCase()), 'LOAD'],
    measured.map(({ runtime, measured: { flash, ram, models, load } }) => [
      runtime,
      size(flash.used),
      size(ram.used),
      ...models.map(({ instructions }) => instructions.toLocaleString('en')),
      load === undefined ? '-' : percent(load.load),
    ]),
  );
}

function reasons(rows: readonly Row[]): readonly string[] {
  const lines = rows.flatMap((row) =>
    'error' in row ? [`${row.runtime} cannot: ${row.error.problems[0]!.what}`] : [],
  );
  return ['', 'Instructions of an inference are counted; the load is estimated from them.', ...lines];
}
