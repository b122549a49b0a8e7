/**
 * Settings of a board that runs: cutoff, averaging window, refractory time, gain.
 *
 * Owns: what was set in this session, in the user's units; what becomes of it when the board restarts. Leaves to others:
 * keys (`live-keys.ts`), kws.json (`live-save.ts`).
 */
import { cutoffByte, MAX_REFRACTORY_STEPS } from '../../detector/check.js';
import { inputError, KwsError, toolError } from '../../diagnostics/errors.js';
import { didYouMean } from '../../diagnostics/nearest.js';
import { cutoffOf, type Setting } from '../../evaluate/sweep/grid.js';
import { stepMs } from '../../frontend/spec.js';
import type { LoadedProject } from '../../project/resolve.js';
import type { Device } from '../../targets/open.js';

const LIVE_NAMES = ['cutoff', 'window', 'refractory', 'gain'] as const;
export type LiveName = (typeof LIVE_NAMES)[number];

/** One setting: a cutoff from 0 to 1, inferences, milliseconds, or a gain in the board's own units. */
export interface Wanted {
  readonly name: LiveName;
  readonly value: number;
  /** All wake-word models unless told; a gain has none. */
  readonly model?: string | undefined;
}

/** What is known of a model's detector; undefined: not set in this session, and there is no project that says it. */
type Known = { -readonly [K in keyof Setting]?: Setting[K] };

/** `cutoff=0.9`, `okay_nabu.window=3`, `refractory=800ms`, `gain=40` */
export function parseWanted(option: string, text: string, duration: (text: string) => number): Wanted {
  const match = /^(?:(.+)\.)?([a-z]+)=(.+)$/.exec(text.trim());
  const [, model, word = '', given = ''] = match ?? [];
  const fail = (what: string, next: string) => inputError({ what, where: `${option} ${text}`, next });
  if (match === null)
    throw fail('is no setting', 'give it such as cutoff=0.9, window=3, refractory=800ms or gain=40');
  const name = LIVE_NAMES.find((one) => one === word);
  if (name === undefined)
    throw fail(`${JSON.stringify(word)} is nothing that can be set`, didYouMean(word, LIVE_NAMES));
  if (name === 'gain' && model !== undefined)
    throw fail('a gain is the board’s, not a model’s', `write gain=${given}`);
  const value = name === 'refractory' && given !== '0' ? duration(given) : Number(given);
  const [whole, least, most] = {
    cutoff: [false, 0, 1],
    window: [true, 1, 255],
    refractory: [true, 0, 2 ** 31],
    gain: [true, 0, 255],
  }[name] as [boolean, number, number];
  if (!(value >= least && value <= most) || (whole && !Number.isInteger(value)))
    throw fail(
      `${JSON.stringify(given)} is no ${name}`,
      `give ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`,
    );
  return { name, value, ...(model === undefined ? {} : { model }) };
}

export class LiveControl {
  readonly #device: Device;
  readonly #project: LoadedProject | undefined;
  readonly #keep: boolean;
  /** By the models' numbers: as it is now, and as the firmware has it. */
  #known = new Map<number, Known>();
  readonly #own = new Map<number, Known>();
  #changed = new Map<number, Set<keyof Setting>>();
  #gain: number | undefined;

  /** @param keep settings are made again where the board restarts */
  constructor(device: Device, project: LoadedProject | undefined, keep: boolean) {
    this.#device = device;
    this.#project = project;
    this.#keep = keep;
    for (const [index, { m }] of device.hello.models.entries()) {
      const detector = project?.models.find(({ name }) => name === m)?.detector;
      if (detector === undefined) continue;
      const { cutoff, window, refractorySteps } = detector;
      this.#own.set(index, { cutoff, window, refractorySteps });
    }
    this.#forget();
  }

  /** Numbers of the wake-word models. */
  get models(): readonly number[] {
    return this.#device.hello.models.flatMap(({ gate }, index) => (gate ? [] : [index]));
  }

  nameOf(model: number): string {
    return this.#device.hello.models[model]!.m;
  }

  /** In the user's units; undefined where it is not known. */
  value(name: LiveName, model: number): number | undefined {
    if (name === 'gain') return this.#gain ?? this.#ownGain();
    const known = this.#known.get(model);
    if (name !== 'refractory') return known?.[name];
    const steps = known?.refractorySteps;
    return steps === undefined ? undefined : steps * this.#stepMs;
  }

  /** What was set in this session and holds. */
  changed(): {
    readonly models: ReadonlyMap<string, Partial<Setting>>;
    readonly gain?: number;
  } {
    const models = new Map<string, Partial<Setting>>();
    for (const [index, fields] of this.#changed) {
      const known = this.#known.get(index) ?? {};
      models.set(
        this.nameOf(index),
        Object.fromEntries([...fields].map((field) => [field, known[field]])) as Partial<Setting>,
      );
    }
    return { models, ...(this.#gain === undefined ? {} : { gain: this.#gain }) };
  }

  /**
   * Makes a setting on the board.
   * @throws KwsError exit code 2 where there is no such model, 3 where the firmware cannot be set so
   */
  async set({ name, value, model }: Wanted): Promise<void> {
    if (name === 'gain') {
      await this.#command(`gain ${value}`);
      this.#gain = value;
      return;
    }
    for (const index of this.#numbersOf(model)) await this.#setModel(name, value, index);
  }

  /** The board has restarted and has its own settings again; gives what is to be said of it, if anything. */
  async restarted(): Promise<string | undefined> {
    const { models, gain } = this.changed();
    const count =
      [...models.values()].reduce((sum, fields) => sum + Object.keys(fields).length, 0) +
      (gain === undefined ? 0 : 1);
    if (count === 0) return undefined;
    this.#forget();
    if (!this.#keep) return 'what was set is gone with it; --keep sets it again';
    for (const [model, fields] of models)
      for (const [field, value] of Object.entries(fields) as [keyof Setting, number][])
        await this.set({
          name: field === 'refractorySteps' ? 'refractory' : field,
          value: field === 'refractorySteps' ? value * this.#stepMs : value,
          model,
        });
    if (gain !== undefined) await this.set({ name: 'gain', value: gain });
    return 'what was set is set again';
  }

  get #stepMs(): number {
    const frontend = this.#project?.frontend;
    return frontend === undefined || frontend.kind === 'none' ? this.#device.hello.step : stepMs(frontend);
  }

  async #setModel(name: Exclude<LiveName, 'gain'>, value: number, index: number): Promise<void> {
    const known = this.#known.get(index) ?? {};
    const changed = (field: keyof Setting) => {
      this.#known.set(index, known);
      this.#changed.set(index, (this.#changed.get(index) ?? new Set()).add(field));
    };
    if (name === 'cutoff') {
      const byte = cutoffByte({ cutoff: value });
      await this.#command(`cutoff ${index} ${byte}`);
      known.cutoff = cutoffOf(byte);
      changed('cutoff');
    } else if (name === 'window') {
      await this.#command(`window ${index} ${value}`);
      known.window = value;
      changed('window');
    } else {
      const steps = Math.min(MAX_REFRACTORY_STEPS, Math.ceil(value / this.#stepMs));
      await this.#command(`refractory ${index} ${steps}`);
      known.refractorySteps = steps;
      changed('refractorySteps');
    }
  }

  /** Firmware says bad-command of what it does not have, and no `ok` comes. */
  async #command(line: string): Promise<void> {
    const [word = ''] = line.split(' ');
    try {
      await this.#device.session.command(line);
    } catch (error) {
      if (!(error instanceof KwsError) || word === 'cutoff') throw error;
      const why = error.problems[0]?.why ?? error.problems[0]?.what ?? 'it does not say why';
      throw toolError({
        what: `the board does not take \`${line}\``,
        where: this.#device.session.path,
        why,
        next: /unknown command/.test(why)
          ? 'kws-gen flash --live uploads firmware whose window, refractory time and gain can be set'
          : 'give another value, or leave it as it is',
      });
    }
  }

  #numbersOf(model: string | undefined): readonly number[] {
    if (model === undefined) return this.models;
    const names = this.#device.hello.models.map(({ m }) => m);
    const index = names.indexOf(model);
    if (index >= 0) return [index];
    throw inputError({
      what: `the board has no model ${JSON.stringify(model)}`,
      where: '--set',
      next: didYouMean(model, names),
    });
  }

  #ownGain(): number | undefined {
    const boards = this.#project?.boards ?? {};
    return boards[this.#device.hello.board]?.microphone?.gain;
  }

  #forget(): void {
    this.#known = new Map([...this.#own].map(([index, known]) => [index, { ...known }]));
    this.#changed = new Map();
    this.#gain = undefined;
  }
}

/** `okay_nabu: cutoff 0.94`, `gain 40` */
export function settingText(live: LiveControl, name: LiveName, model: number): string {
  const value = live.value(name, model);
  const shown =
    value === undefined ? 'not known' : name === 'refractory' ? `${Math.round(value)} ms` : String(value);
  return name === 'gain' ? `gain ${shown}` : `${live.nameOf(model)}: ${name} ${shown}`;
}
