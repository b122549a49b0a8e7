/** Small sound files of every format that is read, and what a seed makes of one: bytes changed, cut, repeated, moved. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { writeNpy } from '../../dist/files/npy.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const models = join(root, 'test', 'fixtures', 'models');

let known;

/** @returns {{ format: string, name: string, bytes: Uint8Array, beside: Record<string, Uint8Array> }[]} */
export function seedFiles() {
  known ??= found();
  return known;
}

function found() {
  const paths = readdirSync(models, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.gz'),
  );
  const content = new Map(paths.map((path) => [path.slice(0, -3), unpacked(join(models, path))]));
  const besideOf = (path) => {
    const folder = dirname(path);
    const near = [...content].filter(([other]) => folder !== '.' && other.startsWith(`${folder}/`));
    return Object.fromEntries(near.map(([other, bytes]) => [relative(folder, other), bytes]));
  };
  const files = [...content].flatMap(([path, bytes]) => {
    const format = formatOf(path);
    return format === undefined ? [] : [{ format, name: path, bytes, beside: besideOf(path) }];
  });
  for (const path of tfliteFiles()) {
    const bytes = new Uint8Array(readFileSync(path));
    const name = relative(root, path);
    files.push({ format: 'tflite', name, bytes, beside: {} });
    const text = `const unsigned char model[] = {\n${[...bytes].join(',')}\n};\n`;
    files.push({ format: 'C array', name: 'model.h', bytes: new TextEncoder().encode(text), beside: {} });
  }
  return [...files, ...otherFiles()];
}

/** What else is read of a stranger: recordings, arrays of features, manifests and projects. */
function otherFiles() {
  const read = (path) => new Uint8Array(readFileSync(join(root, path)));
  const text = (value) => new TextEncoder().encode(JSON.stringify(value));
  const features = Float32Array.from({ length: 49 * 40 }, (_, i) => i % 26);
  const manifest = {
    type: 'micro',
    wake_word: 'Hey',
    author: 'a',
    website: 'w',
    model: 'hey.tflite',
    trained_languages: ['en'],
    version: 2,
    micro: {
      probability_cutoff: 0.97,
      feature_step_size: 10,
      sliding_window_size: 5,
      tensor_arena_size: 20000,
      minimum_esphome_version: '2024.7.0',
    },
  };
  return [
    ['FLAC', 'kal.flac', read('examples/computer/clips/computer/kal.flac')],
    ['WAV', 'chirp.wav', read('examples/chirp/chirp.wav')],
    ['NumPy', 'features.npy', writeNpy(features, [49, 40])],
    ['manifest', 'hey.json', text(manifest)],
    ['kws.json', 'kws.json', read('examples/computer/kws.json')],
  ].map(([format, name, bytes]) => ({ format, name, bytes, beside: {} }));
}

const unpacked = (path) => new Uint8Array(gunzipSync(readFileSync(path)));

function formatOf(path) {
  if (/saved_model\.pb$/.test(path)) return 'SavedModel';
  if (/model\.json$/.test(path)) return 'TF.js';
  if (/\.keras$/.test(path)) return 'keras';
  if (/\.h5$/.test(path)) return 'h5';
  return undefined;
}

function tfliteFiles() {
  const folder = join(root, 'examples');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.tflite') && !path.includes('firmware-out'))
    .map((path) => join(folder, path));
}

/** Mulberry32: the same seed, the same file. */
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

const CHANGES = [
  (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  function bits(bytes, draw) {
    const copy = bytes.slice();
    for (let n = 1 + draw(6); n > 0; n -= 1) copy[draw(copy.length)] ^= 1 << draw(8);
    return copy;
  },
  // The first kilobytes have most of the structure.
  function head(bytes, draw) {
    const copy = bytes.slice();
    for (let n = 1 + draw(4); n > 0; n -= 1)
      copy[draw(Math.min(copy.length, 4096))] = EXTREMES[draw(EXTREMES.length)];
    return copy;
  },
  /** A length or an offset of extreme size. */
  function word(bytes, draw) {
    const copy = bytes.slice();
    const at = draw(Math.max(1, copy.length - 4));
    const value = [0xffffffff, 0x7fffffff, 0x80000000, 0x10000, copy.length, 0][draw(6)];
    if (copy.length >= 4) new DataView(copy.buffer, copy.byteOffset).setUint32(at, value, true);
    return copy;
  },
  function repeat(bytes, draw) {
    const from = draw(bytes.length);
    const part = bytes.subarray(from, from + draw(4096));
    const times = 1 + draw(64);
    const at = draw(bytes.length);
    const parts = [bytes.subarray(0, at), ...new Array(times).fill(part), bytes.subarray(at)];
    return new Uint8Array(Buffer.concat(parts));
  },
  function move(bytes, draw) {
    const copy = bytes.slice();
    const length = draw(1024);
    copy.copyWithin(draw(copy.length), draw(copy.length), draw(copy.length) + length);
    return copy;
  },
];

/** What the seed makes of one of the files, or of one that lies beside it. */
export function mutated(files, seed) {
  const draw = generator(seed);
  const file = files[draw(files.length)];
  const change = CHANGES[draw(CHANGES.length)];
  const others = Object.keys(file.beside);
  if (others.length > 0 && draw(3) === 0) {
    const other = others[draw(others.length)];
    const near = file.beside[other];
    if (near.length > 0) return { ...file, beside: { ...file.beside, [other]: change(near, draw) } };
  }
  return { ...file, bytes: change(file.bytes, draw) };
}
