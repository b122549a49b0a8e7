/** Orders → what Kokoro says, by a few long-running processes of templates/train/kokoro.py. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toolError } from '../../../diagnostics/errors.js';
import { ask, runTool } from '../../../platformio/run-tool.js';
import type { Engine, Order } from '../types.js';
import { KOKORO_HASHES, KOKORO_SCRIPT } from './install.js';
import { type Accent, kokoroSigns, stretches } from './phonemes.js';
import { readVoice } from './speakers.js';

export interface SayOptions {
  /** Where files may lie until they are taken. */
  readonly scratch: string;
  readonly engine: Engine;
  /** Processes. */
  readonly atOnce: number;
  /** A clip is there; it may be moved. */
  readonly said: (number: number, path: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Loading 92 MB, and a sentence, on a machine that does other work. */
const LOADING_MS = 120_000;
const CLIP_MS = 20_000;

const line = z.object({ said: z.int().min(0) });

/** @throws toolError where it fails; an abort throws its reason */
export async function sayAll(orders: readonly Order[], options: SayOptions): Promise<void> {
  const { scratch, engine, atOnce } = options;
  const phonemes = await phonemesOf(orders, engine.reader!);
  const processes = Math.min(atOnce, Math.ceil(orders.length / 8));
  await Promise.all(
    Array.from({ length: processes }, async (_, n) => {
      const own = orders.map((_order, i) => i).filter((i) => i % processes === n);
      const clips = own.map((i) => {
        const { voice, speed } = orders[i]!;
        const { speakers } = readVoice(voice);
        return { phonemes: phonemes[i]!, speakers, speed, path: join(scratch, `kokoro-${i}.wav`) };
      });
      const job = join(scratch, `kokoro-${n}.json`);
      const { model, styles: stylesHash } = KOKORO_HASHES;
      await writeFile(job, JSON.stringify({ model, styles: engine.data, stylesHash, clips }));
      await runJob(job, clips, own, options);
    }),
  );
}

async function runJob(
  job: string,
  clips: readonly { readonly path: string }[],
  numbers: readonly number[],
  { engine, said, signal }: SayOptions,
): Promise<void> {
  const tail: string[] = [];
  const taken: Promise<void>[] = [];
  let failure: unknown;
  let count = 0;
  const end = await runTool(engine.program, ['-B', KOKORO_SCRIPT, 'say', job], {
    timeoutMs: LOADING_MS + clips.length * CLIP_MS,
    signal,
    onLine: (text) => {
      const told = line.safeParse(parsed(text));
      if (!told.success || told.data.said !== count || count >= clips.length) {
        tail.push(text.trim());
        return;
      }
      taken.push(
        said(numbers[count]!, clips[count]!.path).catch((error: unknown) => {
          failure ??= error;
        }),
      );
      count++;
    },
  });
  await Promise.all(taken);
  if (end.kind === 'aborted') throw signal?.reason;
  if (failure !== undefined) throw failure;
  if (end.kind !== 'exit' || end.code !== 0 || count < clips.length)
    throw toolError({
      what: 'the neural voices of Kokoro-82M say nothing',
      where: `after ${count} of ${clips.length} clips`,
      ...(tail.length === 0 ? {} : { why: tail.slice(-4).join('\n       ') }),
      next: 'kws-gen train --fix installs them anew where something of them is gone; --no-neural leaves them out',
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Texts that espeak-ng is given at once. */
const AT_ONCE = 200;

/** Of each order, in Kokoro's signs. @throws toolError where espeak-ng does not answer */
async function phonemesOf(orders: readonly Order[], espeak: string): Promise<readonly string[]> {
  const known = new Map<string, string>();
  const key = (reader: string, words: string) => `${reader} ${words}`;
  const readers = new Map<string, Set<string>>();
  for (const { voice, text } of orders) {
    const { reader } = readVoice(voice);
    const own = readers.get(reader) ?? new Set();
    for (const { words } of stretches(text)) own.add(words);
    readers.set(reader, own);
  }
  for (const [reader, texts] of readers) {
    const all = [...texts];
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const some = all.slice(at, at + AT_ONCE);
      const lines = (await ipaOf(some, reader, espeak)) ?? (await oneByOne(some, reader, espeak));
      for (const [i, words] of some.entries())
        known.set(key(reader, words), kokoroSigns(lines[i]!, accentOf(reader)));
    }
  }
  return orders.map(({ voice, text }) => {
    const { reader } = readVoice(voice);
    const said = stretches(text).map(({ words, mark }) => `${known.get(key(reader, words))!}${mark}`);
    return said.join(' ');
  });
}

const accentOf = (reader: string): Accent => (reader === 'en-us' || reader === 'en-gb' ? reader : 'other');

/** A line for each text; undefined where there is another number of them. */
async function ipaOf(
  texts: readonly string[],
  reader: string,
  espeak: string,
): Promise<readonly string[] | undefined> {
  // A full stop ends the line that it is answered with.
  const text = texts.map((one) => `${one}.`).join('\n');
  const answer = await ask(espeak, ['-q', '--ipa', '--tie=^', '-v', reader, '--', text]);
  const lines = answer?.trim().split('\n');
  return lines?.length === texts.length ? lines : undefined;
}

async function oneByOne(
  texts: readonly string[],
  reader: string,
  espeak: string,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const text of texts) {
    const answer = await ask(espeak, ['-q', '--ipa', '--tie=^', '-v', reader, '--', text]);
    if (answer === undefined)
      throw toolError({
        what: 'espeak-ng, which reads for the neural voices, gives no phonemes',
        where: `"${text}"`,
        next: 'try it by hand; --no-neural leaves these voices out',
      });
    lines.push(answer.trim().replace(/\s*\n\s*/g, ' '));
  }
  return lines;
}
