/**
 * Records takes on devices, each of which plays one take after the other, and compares what they say with what
 * the host says of the same samples.
 *
 * Owns: which device plays what, the host's work beside it, what a recording is made of. Leaves to others:
 * starting boards and ending them (`targets/`), how an evaluation goes on with recordings (`run.ts`).
 */
import { outputFormat, probabilityByte } from '../../detector/probability.js';
import type { StatsEvent } from '../../protocol/events.js';
import { type Comparison, compare, total } from '../../targets/compare.js';
import type { Device } from '../../targets/open.js';
import { Player } from '../../targets/player.js';
import type { Said } from '../../targets/said.js';
import type { Outcome, RecordAll } from '../record/pool.js';
import type { Recording, RunningProject, Take } from '../record/types.js';
import { createHost, type Host, type HostSaid, type HostTake } from './host.js';
import type { DeviceReport } from './types.js';

export interface DeviceRecorder {
  /** For `RunOptions.record`: what models say is what the devices say. */
  readonly record: RecordAll;
  /** Of everything recorded so far. */
  report(): DeviceReport;
}

export interface DeviceRecorderOptions {
  /** Told what a device said of a take and what it took for it; it is asked for its statistics then. */
  readonly heard?: (take: number, said: Said, stats: StatsEvent) => void;
}

/** @param devices at least one, all with the same firmware; their sessions stay open */
export function createDeviceRecorder(
  devices: readonly Device[],
  { heard }: DeviceRecorderOptions = {},
): DeviceRecorder {
  const players = devices.map((device) => new Player(device));
  const compared: Comparison[] = [];
  let [audioSeconds, playedAgain] = [0, 0];
  // A virtual board's clock is this computer's.
  let late: number | null = devices.every(({ link }) => link === undefined) ? 0 : null;
  return {
    async record(listening, takes, { done, part, signal } = {}) {
      const outcomes = new Array<Outcome>(takes.length);
      const own: Comparison[] = [];
      const settle = (index: number, outcome: Outcome) => {
        outcomes[index] = outcome;
        done?.(index, outcome);
      };
      const host = createHost(listening);
      const next = oneAhead(host, takes);
      const over = new AbortController();
      const stop = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
      const play = async (player: Player) => {
        for (let job = next(); job !== undefined; job = next()) {
          const { index, take, samples, said } = job;
          const read = await orAborted(samples, stop);
          if ('problem' in read) {
            settle(index, read);
            continue;
          }
          const playing = player
            .play(take.name, read.prepared.pcm, (share) => part?.(index, share))
            .then(async (board) => {
              if (heard !== undefined) heard(index, board, await player.stats());
              return board;
            });
          const [board, here] = await orAborted(Promise.all([playing, said]), stop);
          own[index] = compare(here, board, placeOf(take, here));
          audioSeconds += read.prepared.pcm.length / listening.numbers.captureRate;
          playedAgain += board.again;
          late = late === null || board.late === undefined ? null : late + board.late;
          settle(index, { recording: recordingOf(listening.project, here, board) });
        }
      };
      try {
        // The first that fails ends the others.
        const fail = (error: unknown) => over.abort(error);
        await Promise.all(players.map((player) => play(player).catch(fail)));
      } finally {
        await host.close();
      }
      stop.throwIfAborted();
      compared.push(...own.filter((one) => one !== undefined));
      return outcomes;
    },
    report() {
      const { board, build, runtime } = devices[0]!.hello;
      return {
        board,
        build,
        runtime,
        boards: devices.length,
        clips: compared.length,
        audioSeconds,
        ...total(compared),
        playedAgain,
        late,
      };
    },
  };
}

interface Job extends HostTake {
  readonly index: number;
  readonly take: Take;
}

/** Takes as devices become free for them; the host is one ahead, so that no device waits for samples. */
function oneAhead(host: Host, takes: readonly Take[]): () => Job | undefined {
  const queue = takes.entries();
  const begin = (): Job | undefined => {
    const { value, done } = queue.next();
    return done === true ? undefined : { index: value[0], take: value[1], ...host.hear(value[1]) };
  };
  let ahead = begin();
  return () => {
    const job = ahead;
    ahead = begin();
    return job;
  };
}

/** `promise`, or what aborted the signal. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => {});
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function placeOf({ name, part, noise }: Take, { recording: { leadMs, seconds } }: HostSaid) {
  // Parts of a file are equally long, to the sample.
  const before = (part?.index ?? 0) * seconds * 1000;
  return { clip: noise === undefined ? name : `${name} at ${noise.snr} dB`, offsetMs: leadMs - before };
}

/** As the host's, with what the board said of wake words; boards do not send what a gate says. */
function recordingOf(project: RunningProject, { recording }: HostSaid, { scores }: Said): Recording {
  const probabilities = recording.probabilities.map((rows) => Uint8Array.from(rows));
  for (const [index, { name, labels, model }] of project.models.entries()) {
    const rows = probabilities[index]!;
    const output = model.tensors[model.outputs[0]!]!;
    // Floats come as probabilities.
    const format = outputFormat(output.type === 'float32' ? { type: 'uint8' } : output);
    for (const { m, n, q } of scores)
      if (m === name && n > 0 && q.length === labels.length && n * q.length <= rows.length)
        rows.set(
          q.map((value) => probabilityByte(format, value)),
          (n - 1) * q.length,
        );
  }
  return { ...recording, probabilities };
}
