/** Damaged Keras and TF.js files: a model or an input error, in bounded time and memory. */
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { KwsError } from '../../src/diagnostics/errors.js';
import { readModel } from '../../src/readers/read-model.js';
import { inputErrorIn } from '../support/errors.js';
import { random } from '../support/random.js';
import type { Files } from './fixture-models.js';
import { fixtureBytes, noSiblings, readFixture, siblingsIn, tfjsFixture } from './fixture-models.js';

/** Text of the input error, or undefined where a model was read. */
async function outcome(bytes: Uint8Array, name: string, files: Files = {}): Promise<string | undefined> {
  try {
    await readModel(bytes, name, siblingsIn(files));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(KwsError);
    expect((error as KwsError).exitCode).toBe(2);
    return (error as KwsError).message;
  }
}

/** Copies with a few bytes changed, and copies cut short. */
function* damaged(bytes: Uint8Array, seed: number, count: number): Generator<Uint8Array> {
  const draw = random(seed);
  for (let i = 0; i < count; i++) {
    if (i % 6 === 0) {
      yield bytes.slice(0, draw(bytes.length));
      continue;
    }
    const copy = bytes.slice();
    // The first kilobytes have most of the structure.
    const reach = i % 2 === 0 ? copy.length : Math.min(copy.length, 4096);
    for (let n = draw(4); n >= 0; n--) copy[draw(reach)] = i % 3 === 0 ? 255 : draw(256);
    yield copy;
  }
}

describe('damaged files are models or input errors', () => {
  test.each(['conv2d-keras2.h5.gz', 'nested-keras3.h5.gz', 'nested.keras.gz'])('%s', async (name) => {
    const bytes = fixtureBytes(name);
    const found = { read: 0, refused: 0 };
    for (const copy of damaged(bytes, name.length, 150))
      found[(await outcome(copy, name.replace('.gz', ''))) === undefined ? 'read' : 'refused']++;
    expect(found.refused).toBeGreaterThan(5);
    // Checksums of an archive find nearly everything.
    if (!name.includes('.keras')) expect(found.read).toBeGreaterThan(5);
  });

  test('weights inside of an archive whose checksums are right', async () => {
    const { unzipSync } = await import('fflate');
    const parts = unzipSync(fixtureBytes('nested.keras.gz'));
    for (const copy of damaged(parts['model.weights.h5']!, 5, 120))
      await outcome(zipSync({ ...parts, 'model.weights.h5': copy }, { level: 0 }), 'm.keras');
  });

  test('TF.js: topology, manifest and weights', async () => {
    const files = tfjsFixture('quantized-tfjs');
    for (const copy of damaged(files['model.json']!, 3, 150)) await outcome(copy, 'model.json', files);
  });
});

describe('what is missing or too much is said', () => {
  const files = tfjsFixture('conv2d-tfjs');
  const shard = 'group1-shard1of1.bin';
  const json = JSON.parse(new TextDecoder().decode(files['model.json'])) as {
    weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
  };
  const [group] = json.weightsManifest;
  const changed = (over: Readonly<Record<string, unknown>>) =>
    new TextEncoder().encode(JSON.stringify({ ...json, ...over }));
  const groups = (over: Readonly<Record<string, unknown>>) =>
    changed({ weightsManifest: [{ ...group, ...over }] });
  const first = (over: Readonly<Record<string, unknown>>) =>
    groups({ weights: [{ ...group!.weights[0], ...over }, ...group!.weights.slice(1)] });

  test.each<[string, Uint8Array, Files, RegExp]>([
    ['shard missing', files['model.json']!, {}, /group1-shard1of1.bin: is missing/],
    [
      'shard short',
      files['model.json']!,
      { [shard]: files[shard]!.slice(1) },
      /model.json, group1-shard1of1.bin: is too short: 2779 bytes, and the weights in it take 2780/,
    ],
    ['shard long', files['model.json']!, { [shard]: new Uint8Array(2781) }, /is too long: 2781 bytes/],
    ['no manifest', changed({ weightsManifest: undefined }), files, /names no weights/],
    ['no topology', changed({ modelTopology: undefined }), files, /has no modelTopology/],
    ['graph without nodes', changed({ modelTopology: { node: [] } }), files, /has no nodes/],
    ['no JSON', new TextEncoder().encode('{"modelTopology": '), files, /is no valid JSON/],
    ['path outside', groups({ paths: ['../secret'] }), files, /a file outside of its folder/],
    ['absolute path', groups({ paths: ['/etc/passwd'] }), files, /no relative path/],
    ['address', groups({ paths: ['https://x/y'] }), files, /no relative path/],
    ['no paths', groups({ paths: 3 }), files, /not the list of files and weights/],
    ['a file 999 times', groups({ paths: new Array(999).fill(shard) }), files, /names a file twice/],
    ['a weight twice', groups({ weights: [group!.weights[0], group!.weights[0]] }), files, /a weight twice/],
    ['unknown type', first({ dtype: 'complex64' }), files, /elements of type complex64/],
    ['unknown quantization', first({ quantization: { dtype: 'int4' } }), files, /form that is not known/],
    ['negative shape', first({ shape: [-4] }), files, /shape that makes no sense/],
    ['huge shape', first({ shape: [1e9, 1e9] }), files, /shape that makes no sense/],
    ['integers', first({ dtype: 'int32' }), files, /\(BatchNormalization\): its weight .*gamma is int32/],
  ])('TF.js: %s', async (_, bytes, beside, message) => {
    expect(await outcome(bytes, 'model.json', beside)).toMatch(message);
  });

  test('TF.js: files are read no further than the weights need', async () => {
    const large = new Uint8Array(1 << 20);
    let reads = 0;
    const siblings = () => {
      reads += 1;
      return Promise.resolve(large);
    };
    const paths = Array.from({ length: 999 }, (_, i) => `shard${i}`);
    const work = readModel(groups({ paths }), 'model.json', siblings);
    expect(await inputErrorIn(work)).toMatch(/is too long: 1048576 bytes, and the weights in it take 2780/);
    expect(reads).toBe(1);
  });

  test('JSON of more values than a topology has is refused before it is parsed', async () => {
    const archive = (config: string) => {
      const parts = { 'config.json': config, 'metadata.json': '{}', 'model.weights.h5': '' };
      return zipSync(
        Object.fromEntries(
          Object.entries(parts).map(([name, text]) => [name, new TextEncoder().encode(text)]),
        ),
      );
    };
    const many = (item: string) => `[${new Array(1_100_000).fill(item).join(',')}]`;
    for (const config of [many('0'), many('[]'), many('{}')])
      expect(await outcome(archive(config), 'm.keras')).toMatch(
        /config.json: is JSON of more than 1048576 values/,
      );
    expect(await outcome(archive(`"${'x'.repeat(9 << 20)}"`), 'm.keras')).toMatch(
      /is JSON of 9437186 bytes; at most/,
    );
    expect(await outcome(archive('['.repeat(100_000)), 'm.keras')).toMatch(/is no valid JSON/);
  });

  test('TF.js: weights in several files of one group', async () => {
    const bytes = files[shard]!;
    const beside = { a: bytes.slice(0, 1001), b: bytes.slice(1001) };
    expect(await outcome(groups({ paths: ['a', 'b'] }), 'model.json', beside)).toBeUndefined();
    const model = await readModel(groups({ paths: ['a', 'b'] }), 'model.json', siblingsIn(beside));
    const turned = await readModel(
      groups({ paths: ['b', 'a'] }),
      'm.json',
      siblingsIn({ a: beside.b, b: beside.a }),
    );
    expect(model.source.sha256).not.toBe(turned.source.sha256);
  });

  test('Keras: weights without a model, archives without weights', async () => {
    expect(await outcome(fixtureBytes('weights-only.h5.gz'), 'model.weights.h5')).toMatch(
      /has no model in it\n {2}why: it has weights only[\s\S]*save the whole model/,
    );
    const archive = (entries: readonly string[]) =>
      zipSync(Object.fromEntries(entries.map((name) => [name, new TextEncoder().encode('{}')])));
    expect(await outcome(archive(['config.json', 'metadata.json']), 'm.keras')).toMatch(
      /has no model.weights.h5/,
    );
    expect(await outcome(archive(['config.json', 'metadata.json', 'model.weights.json']), 'm.keras')).toMatch(
      /split over several files/,
    );
    expect(await outcome(archive(['config.json', 'model.weights.h5']), 'm.keras')).toMatch(
      /m.keras, model.weights.h5: /,
    );
  });

  test('Keras: a zip bomb is refused by what it declares', async () => {
    const bomb = Buffer.from(fixtureBytes('nested.keras.gz'));
    // The size that the archive's directory declares for the topology.
    const entry = bomb.lastIndexOf('config.json') - 46;
    expect(bomb.readUInt32LE(entry)).toBe(0x02014b50);
    bomb.writeUInt32LE(40_000_000, entry + 24);
    expect(await outcome(bomb, 'm.keras')).toMatch(/JSON of 40000000 bytes; at most/);
    bomb.writeUInt32LE(300_000_000, entry + 24);
    expect(await outcome(bomb, 'm.keras')).toMatch(/JSON of 300000000 bytes; at most/);
  });

  test('the same bytes give the same hash, whatever the name', async () => {
    const [a, b] = await Promise.all([
      readFixture('nested.keras.gz'),
      readModel(fixtureBytes('nested.keras.gz'), 'other.keras', noSiblings),
    ]);
    expect(a.source.sha256).toBe(b.source.sha256);
    expect(b.name).toBe('other');
  });
});
