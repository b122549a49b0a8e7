/**
 * A float model in kws.json, quantized on the way to the board: init, flash, and the second time from the cache.
 * The built program, on a model of the tests and the example's sounds.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/native.js';
import { unhurried } from './host-lines.js';
import { describeWithToolchain } from './platform-support.js';
import { type Line, Workshop } from './tool.js';

const MODEL = join(root, 'test', 'fixtures', 'words', 'words.keras');
const LABELS = 'computer,jarvis,smart_mirror,snowboy';

let shop: Workshop;
let example: string;
let folder: string;
beforeAll(async () => {
  shop = await Workshop.open();
  example = shop.example();
  folder = join(example, '..', 'float project');
  mkdirSync(join(folder, 'recordings'), { recursive: true });
  for (const name of ['chirp.wav', 'other.wav'])
    copyFileSync(join(example, name), join(folder, 'recordings', name));
});
afterAll(() => shop?.close());

describeWithToolchain('a float model', () => {
  test('is quantized on the way, once, and the int8 file by itself says the same', async () => {
    const init = await shop.run(
      ['init', MODEL, '--calibrate', 'recordings', '--labels', LABELS, '--frontend', 'micro-wake-word'],
      { cwd: folder },
    );
    expect(init.code, init.stderr).toBe(0);
    expect(init.stderr).toMatch(/words\.keras: quantized by min-max on 2 clips of recordings/);
    expect(existsSync(join(folder, 'words.keras'))).toBe(true);
    const kws = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8')) as {
      models: { quantize: unknown }[];
    };
    expect(kws.models[0]!.quantize).toEqual({ calibrate: 'recordings' });

    const flash = ['flash', '--board', 'virtual-cortex-m4', '--play', 'recordings/chirp.wav', '--json'];
    const first = await shop.run(flash, { cwd: folder });
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toContain('words.keras: int8 as quantized before with recordings');
    const again = await shop.run(flash, { cwd: folder });
    expect(again.code, again.stderr).toBe(0);
    const heard = ({ t }: Line) => t === 'score' || t === 'end';
    const said = first.lines.filter(heard).map(unhurried);
    expect(said.length).toBeGreaterThan(5);
    expect(again.lines.filter(heard).map(unhurried)).toEqual(said);

    const quantized = await shop.run(
      [
        'quantize',
        'words.keras',
        '--calibrate',
        'recordings',
        '--project',
        '.',
        '--out',
        'words.tflite',
        '--json',
      ],
      { cwd: folder },
    );
    expect(quantized.code, quantized.stderr).toBe(0);
    const alone = await shop.run([...flash, '--model', 'words.tflite'], { cwd: folder });
    expect(alone.code, alone.stderr).toBe(0);
    expect(
      alone.lines.flatMap((line) => (line.t === 'score' ? [(line as unknown as { q: number[] }).q] : [])),
    ).toEqual(said.flatMap((line) => (line.t === 'score' ? [(line as unknown as { q: number[] }).q] : [])));
    expect(await shop.leftOver()).toEqual([]);
  });
});
