/**
 * Keys of a terminal that set a board while it is watched.
 *
 * Owns: which key does what, the terminal's raw mode. Leaves to others: what is sent to the board (`live.ts`).
 */
import { KwsError } from '../../diagnostics/errors.js';
import type { CommandContext } from './command.js';
import { type LiveControl, type LiveName, settingText } from './live.js';

export const KEYS_HELP =
  'keys: up and down set the cutoff, left and right the window, [ and ] the refractory time, - and + the gain, tab the model, s saves to kws.json, q ends';

type Action =
  | { readonly do: 'step'; readonly name: LiveName; readonly by: number }
  | { readonly do: 'next' | 'save' | 'end' };

const step = (name: LiveName, by: number): Action => ({ do: 'step', name, by });

const KEYS: Readonly<Record<string, Action>> = {
  '\u001b[A': step('cutoff', 0.01),
  '\u001b[B': step('cutoff', -0.01),
  '\u001b[C': step('window', 1),
  '\u001b[D': step('window', -1),
  ']': step('refractory', 100),
  '[': step('refractory', -100),
  '+': step('gain', 1),
  '-': step('gain', -1),
  '\t': { do: 'next' },
  s: { do: 'save' },
  q: { do: 'end' },
  '\u0003': { do: 'end' },
};

const LEAST: Readonly<Record<LiveName, number>> = { cutoff: 0, window: 1, refractory: 0, gain: 0 };
const MOST: Readonly<Record<LiveName, number>> = { cutoff: 1, window: 255, refractory: 600_000, gain: 255 };
/** From where a key goes on where nobody knows what the firmware has. */
const USUAL: Readonly<Record<LiveName, number>> = { cutoff: 0.9, window: 3, refractory: 1000, gain: 20 };

/** What a terminal sends, cut into keys; what is none is passed over. */
export function actionsOf(text: string): readonly Action[] {
  const actions: Action[] = [];
  for (let at = 0; at < text.length; ) {
    const key = text[at] === '\u001b' ? text.slice(at, at + 3) : text[at]!;
    const action = KEYS[key];
    if (action !== undefined) actions.push(action);
    at += key.length;
  }
  return actions;
}

export interface KeyTarget {
  readonly live: LiveControl;
  /** A line for the user. */
  note(text: string): void;
  /** Writes what was set; gives what is to be said of it. */
  save(): Promise<string>;
  end(): void;
}

/** Does what keys say, one after the other. */
export class KeyHandler {
  readonly #target: KeyTarget;
  #model = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(target: KeyTarget) {
    this.#target = target;
  }

  /** Resolves when all of it is done. */
  press(text: string): Promise<void> {
    for (const action of actionsOf(text)) {
      if (action.do === 'end') this.#target.end();
      else this.#work = this.#work.then(() => this.#act(action));
    }
    return this.#work;
  }

  async #act(action: Action): Promise<void> {
    const { live, note, save } = this.#target;
    const { models } = live;
    const model = models[this.#model % models.length];
    if (model === undefined) return;
    try {
      if (action.do === 'save') note(await save());
      else if (action.do === 'next') {
        this.#model++;
        note(`keys set ${live.nameOf(models[this.#model % models.length]!)}`);
      } else if (action.do === 'step') {
        const { name, by } = action;
        const from = live.value(name, model) ?? USUAL[name];
        const wanted = Math.min(MOST[name], Math.max(LEAST[name], from + by));
        const value = name === 'cutoff' ? Math.round(100 * wanted) / 100 : Math.round(wanted);
        await live.set({ name, value, ...(name === 'gain' ? {} : { model: live.nameOf(model) }) });
        note(settingText(live, name, model));
      }
    } catch (error) {
      if (!(error instanceof KwsError)) throw error;
      const { what, why, next } = error.problems[0]!;
      note([what, why, next].filter((part) => part !== undefined).join('; '));
    }
  }
}

/** Reads keys until what it returns is called; undefined where there is no terminal to read them from. */
export function readKeys(
  { stdin, out, interactive }: Pick<CommandContext, 'stdin' | 'out' | 'interactive'>,
  target: KeyTarget,
): (() => void) | undefined {
  const terminal = stdin as CommandContext['stdin'] & { setRawMode?: (raw: boolean) => void };
  if (!interactive || !out.terminal || terminal.setRawMode === undefined) return undefined;
  const handler = new KeyHandler(target);
  const press = (bytes: Buffer | string) => void handler.press(bytes.toString());
  terminal.setRawMode(true);
  terminal.on('data', press);
  terminal.resume();
  return () => {
    terminal.off('data', press);
    terminal.setRawMode?.(false);
    terminal.pause();
  };
}
