/** Orders → WAV files in the cache, by their content: what was said once is not said again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadClip } from '../../audio/clip.js';
import { wavFile } from '../../audio/wav-file.js';
import { toolError } from '../../diagnostics/errors.js';
import { runTool } from '../../platformio/run-tool.js';
import { isWhole, keep } from '../kept.js';
import { RATE } from '../sound/speech.js';
import { commandOf, type Plain } from './engines.js';
import { sayAll } from './kokoro/say.js';
import type { Engine, Order } from './types.js';

export interface SpeakOptions {
  /** The cache's folder of speech. */
  readonly folder: string;
  readonly engines: readonly Engine[];
  /** Programs at once. */
  readonly atOnce: number;
  /** In units of what an engine but Kokoro takes for a clip. */
  readonly progress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Of anything that becomes JSON, 32 hexadecimal digits. */
export function keyOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

export interface Spoken {
  readonly order: Order;
  readonly key: string;
  readonly path: string;
}

/** How long an engine may take for a sentence. */
const TIMEOUT_MS = 60_000;

/**
 * The clips, in the order of the orders; mono, 16 kHz. Those that an engine gives no sound for are left out.
 *
 * @throws toolError where an engine fails; an abort throws its reason
 */
export async function speak(orders: readonly Order[], options: SpeakOptions): Promise<readonly Spoken[]> {
  const { folder, signal, progress } = options;
  mkdirSync(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, 'now-'));
  const spoken = orders.map((order): Spoken => {
    const { engine, voice, text, speed, pitch } = order;
    const key = keyOf({ engine, voice, text, speed, pitch });
    return { order, key, path: join(folder, key.slice(0, 2), `${key}.wav`) };
  });
  try {
    let next = 0;
    let done = 0;
    const all = spoken.reduce((sum, { order }) => sum + costOf(order), 0);
    const made = ({ order }: Spoken) => {
      done += costOf(order);
      progress?.(done, all);
    };
    const neural = new Map<string, Spoken>();
    const work = async (worker: number) => {
      while (next < spoken.length) {
        const one = spoken[next++]!;
        signal?.throwIfAborted();
        if (await isWhole(one.path)) made(one);
        else if (isPlain(one.order)) {
          await speakOne(one.order, one.path, join(scratch, String(worker)), options);
          made(one);
        } else neural.set(one.path, one);
      }
    };
    await Promise.all(Array.from({ length: options.atOnce }, (_, worker) => work(worker)));
    const missing = [...neural.values()];
    if (missing.length > 0)
      await sayAll(
        missing.map(({ order }) => order),
        {
          scratch,
          engine: engineOf('kokoro', options),
          atOnce: options.atOnce,
          said: async (number, said) => {
            await keepSpeech(said, missing[number]!.path);
            made(missing[number]!);
          },
          signal,
        },
      );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return spoken;
}

/** Measured on two idle cores: hundredths of a second of a core for most, a third of one for Kokoro. */
const costOf = ({ engine }: Order): number => (engine === 'kokoro' ? 25 : 1);

type PlainOrder = Order & { readonly engine: Plain };

const isPlain = (order: Order): order is PlainOrder => order.engine !== 'kokoro';

const engineOf = (engine: Order['engine'], { engines }: SpeakOptions): Engine =>
  engines.find(({ name }) => name === engine)!;

async function speakOne(
  order: PlainOrder,
  path: string,
  scratch: string,
  options: SpeakOptions,
): Promise<void> {
  const { program } = engineOf(order.engine, options);
  const [said, text] = [`${scratch}.wav`, `${scratch}.txt`];
  await rm(said, { force: true });
  await writeFile(text, `${order.text}\n`);
  const tail: string[] = [];
  const end = await runTool(program, commandOf(order, said, text), {
    timeoutMs: TIMEOUT_MS,
    signal: options.signal,
    onLine: (line) => tail.push(line.trim()),
  });
  if (end.kind === 'aborted') throw options.signal?.reason;
  if (end.kind !== 'exit' || end.code !== 0 || !existsSync(said))
    throw toolError({
      what: `${order.engine} says nothing`,
      where: `voice ${order.voice}, "${order.text}"`,
      ...(tail.length === 0 ? {} : { why: tail.slice(-4).join('\n       ') }),
      next: 'try it by hand; without this program on the PATH the others are used',
    });
  await keepSpeech(said, path);
}

async function keepSpeech(said: string, path: string): Promise<void> {
  const samples = await loadClip(said, RATE);
  await rm(said, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  await keep(path, wavFile(samples, RATE));
}
