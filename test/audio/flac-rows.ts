/** Streams that the decoder must read, as rows: which samples, written how. */
import { random } from '../support/random.js';
import type { FlacPlan, Kind, Part, Stereo } from './flac-writer.js';

export interface FlacRow {
  readonly name: string;
  readonly channels: readonly (readonly number[])[];
  readonly plan: FlacPlan;
}

/** A slow tone with hiss, so that predictors leave little over. */
export function tone(length: number, bits: number, seed = 1): number[] {
  const draw = random(seed);
  const full = 2 ** (bits - 1);
  return Array.from({ length }, (_, i) =>
    Math.floor(full * 0.7 * Math.sin(i / (9 + seed)) + (draw(65_536) / 65_536 - 0.5) * full * 0.01),
  );
}

/** All values are as likely, the outermost are there. */
function hiss(length: number, bits: number, seed = 1): number[] {
  const draw = random(seed);
  const full = 2 ** (bits - 1);
  return Array.from({ length }, (_, i) =>
    i % 50 === 0 ? full - 1 : i % 50 === 7 ? -full : draw(2 ** bits) - full,
  );
}

const DEPTHS = [4, 8, 12, 13, 16, 20, 24, 28, 32];
const SIZES = [16, 192, 255, 256, 257, 576, 1000, 1152, 2048, 4096, 4608, 16_384, 65_535];
const LINEAR: Kind = { kind: 'linear', weights: [7000, -3300, 120, -77], shift: 12, precision: 14 };
/** As long and as wide as predictors may be. */
const WIDEST: Kind = {
  kind: 'linear',
  weights: Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 16_383 : -16_384)),
  shift: 14,
  precision: 15,
};

const KINDS: readonly Kind[] = [
  { kind: 'verbatim' },
  ...([0, 1, 2, 3, 4] as const).map((order): Kind => ({ kind: 'fixed', order })),
  LINEAR,
  WIDEST,
];
const STEREOS: readonly Stereo[] = ['independent', 'left-side', 'side-right', 'mid-side'];

/** The Rice parameter under which codes of samples of `bits` bits stay short. */
const riceOf = (bits: number): Part => ({ rice: Math.max(0, Math.min(14, bits - 5)) });
const nameOf = (kind: Kind): string =>
  kind.kind === 'fixed'
    ? `fixed ${kind.order}`
    : kind.kind === 'linear'
      ? `linear ${kind.weights.length}`
      : kind.kind;

const depths: FlacRow[] = DEPTHS.flatMap((bits) =>
  STEREOS.map((stereo) => ({
    name: `${bits} bits, ${stereo}`,
    channels: [tone(300, bits), tone(300, bits, 2)],
    plan: {
      bits,
      blocks: [128],
      stereo,
      kind: { kind: 'fixed', order: 2 },
      long: bits > 20,
      part: bits > 20 ? { rice: bits - 5 } : riceOf(bits),
    },
  })),
);

const sizes: FlacRow[] = SIZES.flatMap((size) =>
  [false, true].map((variable) => ({
    name: `blocks of ${size}, numbered by ${variable ? 'samples' : 'blocks'}`,
    channels: [tone(2 * size + 5, 8)],
    plan: { bits: 8, blocks: [size], variable, kind: { kind: 'fixed', order: 1 }, part: { rice: 3 } },
  })),
);

const kinds: FlacRow[] = KINDS.flatMap((kind) =>
  [0, 3].map((partitions) => ({
    name: `${nameOf(kind)} in ${2 ** partitions} partitions`,
    channels: [tone(1024, 16)],
    plan: { bits: 16, blocks: [512], kind, partitions, part: { rice: 12 } },
  })),
);

const extremes: FlacRow[] = [16, 24, 32].flatMap((bits) =>
  KINDS.filter(({ kind }) => kind !== 'linear').map((kind) => ({
    name: `${bits} bits of hiss, ${nameOf(kind)}`,
    channels: [hiss(200, bits)],
    // Four times the range fits 5 bits of a code's length; 32 bits leave no room for what is left over.
    plan: {
      bits,
      blocks: [96],
      long: true,
      part: { rice: Math.min(bits, 30) },
      kind: bits === 32 && kind.kind === 'fixed' ? ({ kind: 'verbatim' } as const) : kind,
    },
  })),
);

const square = Array.from({ length: 900 }, (_, i) => 16 * ((i % 7) - 3));

const others: FlacRow[] = [
  {
    name: 'constant, silent',
    channels: [Array(5000).fill(0)],
    plan: { bits: 16, blocks: [4096], kind: { kind: 'constant' } },
  },
  {
    name: 'constant, the lowest value of 32 bits on both sides',
    channels: [Array(500).fill(-(2 ** 31)), Array(500).fill(2 ** 31 - 1)],
    plan: { bits: 32, blocks: [256], kind: { kind: 'constant' }, stereo: 'left-side' },
  },
  {
    name: 'plain integers in place of codes',
    channels: [hiss(600, 12)],
    plan: { bits: 12, blocks: [300], kind: { kind: 'fixed', order: 1 }, part: { plain: 14 } },
  },
  {
    name: 'plain integers of no bits',
    channels: [Array(600).fill(5)],
    plan: { bits: 12, blocks: [300], kind: { kind: 'fixed', order: 1 }, part: { plain: 0 } },
  },
  {
    name: 'codes of hundreds of zeros',
    channels: [hiss(200, 12)],
    plan: { bits: 12, blocks: [100], kind: { kind: 'fixed', order: 0 }, part: { rice: 1 } },
  },
  {
    name: 'four wasted bits',
    channels: [square],
    plan: { bits: 16, blocks: [256], wasted: 4, kind: { kind: 'fixed', order: 2 }, part: { rice: 3 } },
  },
  {
    name: 'wasted bits of a side',
    channels: [square, square.map((value) => 0 - value)],
    plan: { bits: 8, blocks: [64], wasted: 4, stereo: 'mid-side', kind: { kind: 'verbatim' } },
  },
  {
    name: 'blocks of ever other sizes',
    channels: [tone(3000, 16)],
    plan: { bits: 16, blocks: [16, 1000, 17, 640, 64, 33], variable: true, kind: LINEAR, part: { rice: 12 } },
  },
  {
    name: 'eight channels',
    channels: Array.from({ length: 8 }, (_, i) => tone(400, 16, i + 1)),
    plan: { bits: 16, blocks: [192], kind: LINEAR, part: { rice: 12 } },
  },
  { name: 'one sample', channels: [[-5]], plan: { bits: 16, blocks: [4096] } },
  {
    name: 'a terse header',
    channels: [tone(700, 20)],
    plan: { bits: 20, rate: 44_100, blocks: [256], terse: true, kind: LINEAR, part: { rice: 14 } },
  },
  {
    name: 'more than two thousand frames',
    channels: [tone(16 * 2100, 8)],
    plan: { bits: 8, blocks: [16], kind: { kind: 'fixed', order: 1 }, part: { rice: 2 } },
  },
  {
    name: 'samples behind the 2^16th of a stream',
    channels: [tone(70_000, 8)],
    plan: { bits: 8, blocks: [4096], variable: true, kind: { kind: 'fixed', order: 1 }, part: { rice: 2 } },
  },
  {
    name: 'a length that nobody tells',
    channels: [tone(900, 16)],
    plan: { bits: 16, blocks: [256], length: 0, kind: LINEAR, part: { rice: 12 } },
  },
  {
    name: 'no MD5',
    channels: [tone(900, 16)],
    plan: { bits: 16, blocks: [256], md5: '0'.repeat(32), kind: LINEAR, part: { rice: 12 } },
  },
  {
    name: 'padding, a comment and what a program stores before the frames',
    channels: [tone(900, 16)],
    plan: {
      bits: 16,
      blocks: [256],
      metadata: [
        [1, new Uint8Array(500)],
        [4, Buffer.from('\0\0\0\0\0\0\0\0')],
        [2, Buffer.alloc(90_000, 0xff)],
      ],
      kind: LINEAR,
      part: { rice: 12 },
    },
  },
  {
    // What looks like the begin of a frame, inside of frames.
    name: 'samples that are headers of frames',
    channels: [Array.from({ length: 1500 }, (_, i) => [-8, 0x7408, 0x0001, 0x1234][i % 4]!)],
    plan: { bits: 16, blocks: [500] },
  },
];

export const FLAC_ROWS: readonly FlacRow[] = [...depths, ...sizes, ...kinds, ...extremes, ...others];

/** Sounds that take every way the encoder has. */
const DRAWN: readonly (readonly [string, number, (i: number, draw: (below: number) => number) => number])[] =
  [
    ['nothing', 0, () => 0],
    ['one sample', 1, () => -32768],
    ['a few samples', 3, (i) => 1000 * i],
    ['silence', 9000, () => 0],
    ['a constant', 4096, () => -77],
    ['a slope', 5000, (i) => 6 * i - 15000],
    ['a tone', 4096 * 3 + 11, (i) => Math.round(20000 * Math.sin(i / 7))],
    ['a tone among silence', 8192, (i) => (i > 3000 && i < 5000 ? Math.round(9000 * Math.sin(i / 3)) : 0)],
    ['noise at full scale', 8200, (_, draw) => draw(65536) - 32768],
    ['from end to end', 4099, (i) => (i % 2 === 0 ? 32767 : -32768)],
    ['a click', 4100, (i) => (i === 2000 ? 32767 : 0)],
    ['more frames than one byte counts', 4096 * 130, (i) => i % 5],
  ];

export const SOUNDS = DRAWN.map(([name, length, at]) => {
  const draw = random(11);
  return [name, Int16Array.from({ length }, (_, i) => at(i, draw))] as const;
});
