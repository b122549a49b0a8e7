/** Recordings for an emulated microphone: one file after the other, each until it was heard. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HelloEvent } from '../../src/protocol/events.js';
import { playAloud } from '../../src/targets/aloud.js';
import { soundOf } from '../../src/targets/hear.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws-aloud-'));
  file = join(folder, 'sound');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Takes each file away as soon as it is there. */
async function microphone(count: number): Promise<Buffer[]> {
  const heard: Buffer[] = [];
  while (heard.length < count) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (!readdirSync(folder).includes('sound')) continue;
    heard.push(readFileSync(file));
    rmSync(file);
  }
  return heard;
}

test('clips are heard one after the other, with their rate', async () => {
  const clips = [Int16Array.of(1, -2), Int16Array.of(0x1234)].map((samples) => ({ name: 'a', samples }));
  const hearing = microphone(2);
  await playAloud(file, clips, 16_000, new AbortController().signal);
  expect(await hearing).toEqual([
    Buffer.from([0x80, 0x3e, 0, 0, 1, 0, 0xfe, 0xff]),
    Buffer.from([0x80, 0x3e, 0, 0, 0x34, 0x12]),
  ]);
  expect(readdirSync(folder)).toEqual([]);
});

test('it ends where nobody listens any more', async () => {
  const stop = new AbortController();
  const playing = playAloud(file, [{ name: 'a', samples: Int16Array.of(1) }], 16_000, stop.signal);
  stop.abort();
  await expect(playing).rejects.toThrow(/abort/i);
});

test('a board without an emulated microphone is told', () => {
  const hello = { board: 'native' } as HelloEvent;
  expect(soundOf({ hello, sound: file })).toBe(file);
  expect(() => soundOf({ hello })).toThrow(/--aloud, native: .*no microphone that is emulated/);
});
