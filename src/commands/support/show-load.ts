/** How busy a board will be, shown before anything is built; what it cannot do in time is refused. */
import { inputError } from '../../diagnostics/errors.js';
import { HIGH_LOAD, type LoadEstimate } from '../../estimate/load.js';
import type { Aim } from '../../targets/aim.js';
import type { Output } from '../../terminal/output.js';

/** As a JSON line and in results. */
function loadFields(load: LoadEstimate) {
  const { board, runtime, clockHz, cyclesPerInstruction, source, tasks, capture, milliamps } = load;
  return {
    t: 'load',
    estimated: true,
    board,
    runtime,
    load: hundredths(load.load),
    clockHz,
    cyclesPerInstruction,
    source,
    capture,
    ...(milliamps === undefined ? {} : { milliamps: hundredths(milliamps) }),
    tasks: tasks.map(({ name, instructions, ms, everyMs }) => ({
      name,
      instructions,
      ms: hundredths(ms),
      everyMs: hundredths(everyMs),
    })),
  };
}

/** `load about 41 % of arduino-nano-33-ble: features 0.6 of 20 ms, computer 31.4 of 80 ms` */
function loadText({ board, load, tasks, capture }: LoadEstimate): string {
  const parts = tasks.map(
    ({ name, ms, everyMs }) => `${name} ${milliseconds(ms)} of ${milliseconds(everyMs)} ms`,
  );
  if (capture > 0) parts.push(`microphone ${percent(capture)}`);
  return `load about ${percent(load)} of ${board} (estimated): ${parts.join(', ')}`;
}

const BATTERY_MAH = 1000;

/** Of the parts whose currents are known: a board's others come on top. */
function batteryText({ milliamps }: LoadEstimate): string[] {
  if (milliamps === undefined) return [];
  const hours = Math.round(BATTERY_MAH / milliamps);
  return [
    `processor and microphone about ${milliamps.toFixed(1)} mA, ${hours} hours of a ${BATTERY_MAH} mAh battery`,
  ];
}

/** `41 %` */
export const percent = (part: number): string => `${Math.round(100 * part)} %`;
const hundredths = (value: number): number => Math.round(100 * value) / 100;
/** `0.6`, `31` */
export const milliseconds = (ms: number): string =>
  ms < 10 ? ms.toFixed(1).replace(/\.0$/, '') : String(Math.round(ms));

/**
 * Tells the load, warns of a high one and refuses one that the board cannot keep up with.
 *
 * @param force whether it is only warned of
 * @throws KwsError (exit code 2) where the load is over 100 %
 */
export function showLoad(aim: Aim, out: Output, force = false): void {
  const load = aim.load();
  if (load === undefined) return;
  if (out.json) out.line(loadFields(load));
  else out.progress([loadText(load), ...batteryText(load)].join('; '));
  if (load.load <= HIGH_LOAD) return;
  const over = load.load > 1;
  const problem = {
    what: over
      ? 'it cannot keep up: audio will be lost and words heard late'
      : 'it has little time left for what nobody counted',
    where: load.board,
    why: loadText(load),
    next: waysOut(load, over),
  };
  if (over && !force) throw inputError(problem);
  out.warn(problem);
}

function waysOut({ runtime, tasks }: LoadEstimate, refused: boolean): string {
  const [features, ...models] = tasks;
  const costliest = models.reduce((most, one) =>
    one.ms / one.everyMs > most.ms / most.everyMs ? one : most,
  );
  const hop = Math.round(costliest.everyMs / features!.everyMs);
  return [
    `set a larger "hop" for ${costliest.name} (now ${hop})`,
    ...(runtime === 'tflm' ? ['use "runtime": "aot"'] : []),
    'choose a faster board (kws-gen inspect shows the load of each)',
    ...(refused ? ['or build it all the same with --force'] : []),
  ].join(', ');
}
