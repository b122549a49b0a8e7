/**
 * A board with traced firmware: clips played to it while it tells what it computes, and questions about its constants.
 *
 * Owns: the commands of a trace (kws_app/tracer.h), that nothing of what is told is lost. Leaves to others: pushing
 * audio (`protocol/`), what the values should be (`compare.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { toolError } from '../diagnostics/errors.js';
import type {
  DetectEvent,
  EndEvent,
  FaultEvent,
  HelloEvent,
  ScoreEvent,
  SessionEvent,
  StatsEvent,
  TicksEvent,
} from '../protocol/events.js';
import type { Session } from '../protocol/session.js';
import { TraceRing } from '../protocol/trace-ring.js';
import { checkEvent, lostError, lostOf } from '../targets/clip-check.js';
import type { Device } from '../targets/open.js';
import type { ItemKey } from './host-trace.js';
import { RecordReader, recordsOf, type TraceRecord } from './records.js';
import { TRACED_STAGES } from './types.js';

/** What a board said of a clip beside its trace. */
export interface BoardSaid {
  readonly scores: readonly ScoreEvent[];
  readonly detections: readonly DetectEvent[];
}

type Take = (record: TraceRecord) => void;

/** What is heard between a question and its end. */
interface Listening {
  take(event: SessionEvent): void;
  readonly ended: Promise<void>;
}

export class TracedBoard {
  readonly hello: HelloEvent;
  readonly #device: Device;
  readonly #ring: TraceRing | undefined;
  #listening: Listening | undefined;
  #plays = 0;

  private constructor(device: Device, ring: TraceRing | undefined) {
    this.#device = device;
    this.hello = device.hello;
    this.#ring = ring;
    void this.#listen();
  }

  /**
   * Reads the session's events from now on; nobody else may.
   * @param serial everything over the serial line, as real boards have it, also where there is shared memory
   */
  static async open(device: Device, serial = false): Promise<TracedBoard> {
    const ring = device.link === undefined || serial ? undefined : await TraceRing.open(device.link);
    return new TracedBoard(device, ring);
  }

  get through(): 'memory' | 'serial' {
    return this.#ring === undefined ? 'serial' : 'memory';
  }

  get #session(): Session {
    return this.#device.session;
  }

  /** Digests of the constants of model `of`, or of the front end and the resampler behind them. */
  async constants(of: number): Promise<readonly TraceRecord[]> {
    return this.#ask(`trace constants ${of}`);
  }

  async constant(of: number, index: number): Promise<Uint8Array> {
    return joined(await this.#ask(`trace constant ${of} ${index}`));
  }

  /**
   * Plays a clip and tells every value of it.
   * @throws KwsError (exit code 3) where the board goes away, or something of what it tells is lost
   */
  async play(name: string, pcm: Int16Array, take: Take): Promise<BoardSaid> {
    if (this.#ring === undefined) {
      await this.#session.command('trace digests');
      return this.#play(name, pcm, take);
    }
    const ring = this.#ring;
    await this.#session.command('trace memory');
    ring.restart();
    const reader = new RecordReader(this.#session.path);
    let over = false;
    const drain = async () => {
      for (;;) {
        const last = over;
        const bytes = await ring.take();
        for (const record of reader.push(bytes)) take(record);
        if (bytes.length === 0 && last) return;
        if (bytes.length === 0) await sleep(1);
      }
    };
    const playing = this.#play(name, pcm, take).finally(() => {
      over = true;
    });
    const [said] = await Promise.all([playing, drain()]);
    return said;
  }

  /** The same again up to the values of one thing, which are given in bytes. */
  async values(
    { stage, model, number, id, output }: ItemKey,
    pcm: Int16Array,
  ): Promise<readonly TraceRecord[]> {
    const records: TraceRecord[] = [];
    await this.#session.command(`trace values ${TRACED_STAGES.indexOf(stage)} ${model} ${number} ${id}`);
    await this.#play('values', pcm, (record) => {
      if (record.output === output) records.push(record);
    });
    return records;
  }

  /** Plays a clip while ticks are counted: of each step, and as every firmware counts them. */
  async ticks(
    pcm: Int16Array,
  ): Promise<{ readonly ticks: readonly TicksEvent[]; readonly stats: StatsEvent }> {
    await this.#session.command('reset');
    await this.#session.command('trace ticks');
    await this.#play('ticks', pcm, () => {});
    const stats = await this.#session.stats();
    const ticks: TicksEvent[] = [];
    await this.#ask('trace report', (event) => ticks.push(event));
    return { ticks, stats };
  }

  /** Pushes a tensor to a model's input and gives the digests of what its operators make of it. */
  async push(model: number, bytes: Uint8Array, before?: string): Promise<readonly TraceRecord[]> {
    if (before !== undefined) await this.#session.command(before);
    const records: TraceRecord[] = [];
    const listening = this.#until(
      (event) => event.t === 'trace' && event.s === 'output',
      (event) => {
        if (event.t === 'trace') records.push(...recordsOf(event, this.#session.path));
      },
    );
    await this.#session.input(model, bytes);
    await listening.ended;
    this.#listening = undefined;
    return records;
  }

  async off(): Promise<void> {
    await this.#session.command('trace off');
    await this.#ring?.close();
  }

  async #ask(
    command: string,
    ticks: (event: TicksEvent) => void = () => {},
  ): Promise<readonly TraceRecord[]> {
    const records: TraceRecord[] = [];
    const listening = this.#until(
      (event) => event.t === 'trace' && event.s === 'done',
      (event) => {
        if (event.t === 'trace') records.push(...recordsOf(event, this.#session.path));
        if (event.t === 'ticks') ticks(event);
      },
    );
    // Events come through a queue: the answer is there before the last of them are read.
    await Promise.all([this.#session.command(command), listening.ended]);
    this.#listening = undefined;
    return records;
  }

  #until(isEnd: (event: SessionEvent) => boolean, each: (event: SessionEvent) => void): Listening {
    let [end, fail]: [() => void, (error: unknown) => void] = [() => {}, () => {}];
    const ended = new Promise<void>((resolve, reject) => {
      [end, fail] = [resolve, reject];
    });
    ended.catch(() => {});
    const take = (event: SessionEvent) => {
      try {
        if (event.t === 'noise' && event.reason !== 'text') throw this.#lost('a line came damaged', 1);
        if (event.t === 'disconnected') throw away(event.reason, this.#session.path);
        each(event);
        if (isEnd(event)) end();
      } catch (error) {
        fail(error);
      }
    };
    this.#listening = { take, ended };
    return this.#listening;
  }

  async #play(name: string, samples: Int16Array, take: Take): Promise<BoardSaid> {
    const clip = `clip ${this.#plays++}`;
    const [scores, detections, faults]: [ScoreEvent[], DetectEvent[], FaultEvent[]] = [[], [], []];
    const listening = this.#until(
      (event) => event.t === 'end' && event.clip === clip,
      (event) => {
        if (!('clip' in event) || event.clip !== clip) return;
        checkEvent(event, this.hello, this.#session.path);
        if (event.t === 'score') scores.push(event);
        if (event.t === 'detect') detections.push(event);
        if (event.t === 'fault') faults.push(event);
        if (event.t === 'trace') for (const record of recordsOf(event, this.#session.path)) take(record);
      },
    );
    const { link } = this.#device;
    const played = this.#session.play({ name: clip, samples }, { link });
    const [end] = await Promise.all([played, listening.ended]);
    this.#listening = undefined;
    const lost = lostOf({ scores, detections, faults, end: end as EndEvent }, samples.length, this.hello);
    if (lost !== undefined) throw this.#lost(`${name}: ${lost}`, 1);
    return { scores, detections };
  }

  #lost(why: string, times: number) {
    return lostError(this.#session.path, why, times);
  }

  async #listen(): Promise<void> {
    for await (const event of this.#session) this.#listening?.take(event);
  }
}

const away = (why: string, where: string) =>
  toolError({ what: 'the board went away', where, why, next: 'check the cable, and run it again' });

/** The bytes of records that follow each other. */
export function joined(records: readonly TraceRecord[]): Uint8Array {
  const size = Math.max(0, ...records.map(({ offset, bytes }) => offset + bytes));
  const bytes = new Uint8Array(size);
  for (const { offset, data } of records) if (data !== undefined) bytes.set(data, offset);
  return bytes;
}
