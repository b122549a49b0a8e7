/**
 * A session as a page: live, on a host of its own, or as a file when it is over.
 *
 * Owns: when pages are told, cutoffs that a page sends. Leaves to others: the terminal's view of the same model.
 */

import { inputError } from '../diagnostics/errors.js';
import type { HeardEvent } from '../targets/hear.js';
import type { Device } from '../targets/open.js';
import { type SessionModel, sessionStart } from '../targets/session-model.js';
import { type RecordedMoment, WebLog } from './messages.js';
import { sessionPage } from './page.js';
import { openWebHost, type WebHost } from './server.js';

/** Pages are told ten times a second: what comes in between comes together. */
const EVERY_MS = 100;

/** Cutoffs of a board, by the numbers of the models in its hello; 0…1. */
export interface CutoffControl {
  /** undefined: nobody knows. */
  cutoff(model: number): number | undefined;
  set(model: number, value: number): Promise<void>;
}

export interface WebViewOptions {
  /** Port of the live page, 0: one that is free; undefined: none. */
  readonly port?: number | undefined;
  /** By label, 0…1: of models whose cutoff is known. */
  readonly cutoffs?: ReadonlyMap<string, number>;
  /** Of a command that makes other settings, too; without it the page makes its own. */
  readonly control?: CutoffControl;
  /** The label that is waited for. */
  readonly awaited?: string | undefined;
}

export interface WebView {
  /** Of the live page. */
  readonly url: string | undefined;
  /** @param model of the session, this event in it */
  show(event: HeardEvent, model: SessionModel): void;
  /** A recording that pages can play. @param path WAV */
  recorded(moment: RecordedMoment, path: string): void;
  /** Nothing comes any more; pages stay open. @param why the failure that ended it */
  end(why?: string): void;
  /** The page by itself, as it is now. */
  html(): string;
  close(): Promise<void>;
}

/** @throws KwsError (exit code 3) where the port is taken */
export async function openWebView(device: Device, options: WebViewOptions): Promise<WebView> {
  const { hello } = device;
  const start = sessionStart(hello, options.awaited);
  // Numbers of the models that are shown, as the hello has them.
  const numbers = start.models.map(({ name }) => hello.models.findIndex(({ m }) => m === name));
  const control = options.control ?? new OwnControl(device, options.cutoffs);
  const log = new WebLog(hello, start, () => numbers.map((number) => control.cutoff(number) ?? null));
  const recordings: string[] = [];
  let over = false;
  const setCutoff = async (model: number, value: number) => {
    const number = numbers[model];
    if (number === undefined) throw inputError({ what: `there is no model number ${model}` });
    await control.set(number, value);
    log.cutoffsChanged();
  };
  let host: WebHost | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    const message = log.next();
    if (message !== undefined) host?.send(message);
  };
  if (options.port !== undefined) {
    const page = sessionPage(start);
    const first = () => log.all();
    const recording = (n: number) => recordings[n];
    host = await openWebHost({ page, port: options.port, first, setCutoff, recording });
    timer = setInterval(tell, EVERY_MS);
  }
  return {
    url: host?.url,
    show(event, model) {
      if (event.t === 'hello' && control instanceof OwnControl) control.forget();
      log.add(event, model);
    },
    recorded: (moment, path) => log.recorded(recordings.push(path) - 1, moment),
    end(why) {
      if (over) return;
      over = true;
      log.end(why);
      tell();
    },
    html: () => sessionPage(start, log.all()).html,
    async close() {
      clearInterval(timer);
      await host?.close();
    },
  };
}

/** What was set by the page alone; a board that restarts has its own settings again. */
class OwnControl implements CutoffControl {
  readonly #device: Device;
  readonly #cutoffs: ReadonlyMap<string, number>;
  readonly #set = new Map<number, number>();

  constructor(device: Device, cutoffs: ReadonlyMap<string, number> = new Map()) {
    this.#device = device;
    this.#cutoffs = cutoffs;
  }

  cutoff(model: number): number | undefined {
    const labels = this.#device.hello.models[model]?.labels ?? [];
    return (
      this.#set.get(model) ?? labels.map((label) => this.#cutoffs.get(label)).find((one) => one !== undefined)
    );
  }

  async set(model: number, value: number): Promise<void> {
    const byte = Math.floor(value * 255);
    await this.#device.session.command(`cutoff ${model} ${byte}`);
    this.#set.set(model, byte / 255);
  }

  forget(): void {
    this.#set.clear();
  }
}
