/**
 * src/kws_actions.cpp: what a detection starts, with the pins of the board.
 *
 * Owns: whether the board has a pin, and how C++ calls it. Leaves to others: which label starts what
 * (`project/actions.ts`), when a pin goes back (kws_app/listed_actions.h).
 */
import type { ResolvedBoard } from '../boards/types.js';
import { inputError, type Problem } from '../diagnostics/errors.js';
import { didYouMean } from '../diagnostics/nearest.js';
import type { PinEffect, ResolvedProject } from '../project/types.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { stringLiteral } from './c.js';
import { fillTemplate } from './templates.js';

const LEVELS = { high: 'kHigh', low: 'kLow', toggle: 'kToggle' } as const;
/** A twin has the names of the real board, and no core that would know their numbers: they only tell lines apart. */
const FIRST_NAMED = 200;

/**
 * undefined where kws.json lists no actions.
 *
 * @throws KwsError (exit code 2) with every pin that the board does not have, or that its microphone is on
 */
export function renderActions(
  { actions = [] }: ResolvedProject,
  board: ResolvedBoard,
  by: GeneratedBy,
): string | undefined {
  if (actions.length === 0) return undefined;
  const problems: Problem[] = [];
  const rows = actions.map(({ model, label, effect, entry }) => {
    const starts = { model, label };
    if ('text' in effect) return { ...starts, text: stringLiteral(effect.text), ...NO_PIN };
    const problem = problemOf(effect, board);
    if (problem !== undefined) problems.push({ ...problem, where: `kws.json, actions[${entry}].pin` });
    const { pin, level, ms, pulses } = effect;
    return {
      ...starts,
      text: 'nullptr',
      pin: pinLiteral(pin, board),
      name: typeof pin === 'string' && board.kind !== 'real' ? stringLiteral(pin) : 'nullptr',
      ...{ level: LEVELS[level], pulses, ms },
    };
  });
  const unique = [...new Map(problems.map((one) => [one.where, one])).values()];
  if (unique.length > 0) throw inputError(unique);
  return fillTemplate('kws_actions.cpp', {
    banner: bannerLines(by),
    arduino: board.platformio.framework === 'arduino' && rows.some(({ pin }) => /[A-Z]/i.test(String(pin))),
    rows,
    count: rows.length,
  });
}

const NO_PIN = { pin: '0', name: 'nullptr', level: LEVELS.low, pulses: 1, ms: 0 };

function problemOf({ pin }: PinEffect, board: ResolvedBoard): Omit<Problem, 'where'> | undefined {
  const { pins } = board;
  if (pins === null)
    return {
      what: `no pins of ${board.id} are known`,
      next: 'give them in its board file ("pins"), or set the pin in code of your own in device/',
    };
  const names = Object.keys(pins.names);
  if (typeof pin === 'string')
    return names.includes(pin)
      ? undefined
      : {
          what: `${board.id} has no pin ${JSON.stringify(pin)}`,
          next: names.length === 0 ? 'give its number' : didYouMean(pin, names),
        };
  const { first, last } = pins;
  if (pin < first || pin > last)
    return { what: `${board.id} has no pin ${pin}`, next: `its pins are ${first} to ${last}` };
  const wire = Object.entries(board.microphone?.pins ?? {}).find(([, number]) => number === pin);
  if (wire === undefined) return undefined;
  return { what: `pin ${pin} is the microphone's ${wire[0]}`, next: 'choose another one' };
}

function pinLiteral(pin: string | number, { pins, kind }: ResolvedBoard): string {
  if (typeof pin === 'number') return String(pin);
  const number = pins?.names[pin];
  if (number !== 'core') return String(number ?? 0);
  return kind === 'real' ? pin : String(FIRST_NAMED + Object.keys(pins?.names ?? {}).indexOf(pin));
}
