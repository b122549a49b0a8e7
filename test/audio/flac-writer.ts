/**
 * Writes FLAC streams from the specification (RFC 9639), apart from src/audio: every kind of subframe, residual,
 * stereo mode, numbering and block size, also those that no encoder chooses by itself.
 */
import { createHash } from 'node:crypto';

export type Kind =
  | { readonly kind: 'constant' }
  | { readonly kind: 'verbatim' }
  | { readonly kind: 'fixed'; readonly order: 0 | 1 | 2 | 3 | 4 }
  | {
      readonly kind: 'linear';
      readonly weights: readonly number[];
      readonly shift: number;
      readonly precision: number;
    };

export type Stereo = 'independent' | 'left-side' | 'side-right' | 'mid-side';

/** How a partition is written: Rice codes, or plain integers of so many bits. */
export type Part = { readonly rice: number } | { readonly plain: number };

export interface FlacPlan {
  readonly rate?: number;
  /** 4 to 32 */
  readonly bits: number;
  /** Sizes of the blocks, the last one repeated. */
  readonly blocks: readonly number[];
  readonly variable?: boolean;
  readonly kind?: Kind;
  readonly stereo?: Stereo;
  /** Logarithm of the number of partitions. */
  readonly partitions?: number;
  readonly part?: Part;
  /** Parameters of 5 bits. */
  readonly long?: boolean;
  readonly wasted?: number;
  /** Samples, depth and rate stand in the stream information alone. */
  readonly terse?: boolean;
  readonly length?: number;
  /** Hexadecimal; zeros: none. */
  readonly md5?: string;
  /** Blocks of metadata behind the first: type and bytes. */
  readonly metadata?: readonly (readonly [type: number, body: Uint8Array])[];
}

class Bits {
  readonly #bytes: number[] = [];
  #count = 0;

  /** Two's complement of integers of up to 40 bits. */
  add(value: number, count: number): this {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#count % 8 === 0) this.#bytes.push(0);
      const bit = Math.floor(value / 2 ** i) & 1;
      this.#bytes[this.#bytes.length - 1]! |= bit << (7 - (this.#count++ % 8));
    }
    return this;
  }

  bytes(): number[] {
    return [...this.#bytes];
  }
}

function crc(bytes: readonly number[], width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  let value = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = ((value & top) !== 0 ? 1 : 0) ^ ((byte >> bit) & 1);
      value = ((value << 1) & (2 * top - 1)) ^ (feedback ? polynomial : 0);
    }
  return value;
}

/** Little-endian, channels interleaved, whole bytes. */
export function md5Of(channels: readonly (readonly number[])[], bits: number): string {
  const width = Math.ceil(bits / 8);
  const bytes = Buffer.alloc(channels[0]!.length * channels.length * width);
  channels.forEach((channel, c) => {
    channel.forEach((value, i) => {
      bytes.writeIntLE(value, (i * channels.length + c) * width, width);
    });
  });
  return createHash('md5').update(bytes).digest('hex');
}

/** @param channels integers of `plan.bits` bits */
export function writeFlac(channels: readonly (readonly number[])[], plan: FlacPlan): Buffer {
  const length = channels[0]!.length;
  const { rate = 16_000, bits, metadata = [] } = plan;
  const sizes = plan.blocks.filter((size) => size > 15);
  const info = new Bits()
    .add(Math.min(...sizes, 65_535), 16)
    .add(Math.max(...sizes, 16), 16)
    .add(0, 24)
    .add(0, 24)
    .add(rate, 20)
    .add(channels.length - 1, 3)
    .add(bits - 1, 5)
    .add(plan.length ?? length, 36);
  const md5 = Buffer.from(plan.md5 ?? md5Of(channels, bits), 'hex');
  const blocks: (readonly [number, Uint8Array])[] = [
    [0, Buffer.concat([Buffer.from(info.bytes()), md5])],
    ...metadata,
  ];
  const parts: Buffer[] = [Buffer.from('fLaC')];
  blocks.forEach(([type, body], i) => {
    const last = i === blocks.length - 1 ? 128 : 0;
    parts.push(
      Buffer.from(
        new Bits()
          .add(last + type, 8)
          .add(body.length, 24)
          .bytes(),
      ),
      Buffer.from(body),
    );
  });
  for (let at = 0, number = 0; at < length; number++) {
    const size = plan.blocks[Math.min(number, plan.blocks.length - 1)]!;
    const block = channels.map((channel) => channel.slice(at, at + size));
    parts.push(Buffer.from(frame(block, plan.variable ? at : number, plan)));
    at += size;
  }
  return Buffer.concat(parts);
}

const DEPTHS: Record<number, number> = { 8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7 };
const STEREO: Record<Stereo, number> = { independent: 1, 'left-side': 8, 'side-right': 9, 'mid-side': 10 };

function frame(channels: readonly (readonly number[])[], number: number, plan: FlacPlan): number[] {
  const { bits, stereo = 'independent' } = plan;
  const size = channels[0]!.length;
  const power = Math.log2(size);
  const sizeCode = Number.isInteger(power) && power >= 8 && power <= 15 ? power : size <= 256 ? 6 : 7;
  const header = new Bits()
    .add(plan.variable ? 0xfff9 : 0xfff8, 16)
    .add(sizeCode, 4)
    .add(plan.terse ? 0 : 13, 4)
    .add(channels.length === 2 ? STEREO[stereo] : channels.length - 1, 4)
    .add(plan.terse ? 0 : (DEPTHS[bits] ?? 0), 3)
    .add(0, 1);
  for (const byte of coded(number)) header.add(byte, 8);
  if (sizeCode === 6) header.add(size - 1, 8);
  if (sizeCode === 7) header.add(size - 1, 16);
  if (!plan.terse) header.add(plan.rate ?? 16_000, 16);
  const body = new Bits();
  for (const { samples, width } of written(channels, bits, stereo)) subframe(body, samples, width, plan);
  return sealed(header.bytes(), body.bytes());
}

/** A frame with the checksums that fit its bytes. */
export function sealed(header: readonly number[], body: readonly number[]): number[] {
  const whole = [...header, crc(header, 8, 0x07), ...body];
  const footer = crc(whole, 16, 0x8005);
  return [...whole, footer >> 8, footer & 255];
}

/** UTF-8's way to write numbers, of up to 36 bits. */
function coded(number: number): number[] {
  if (number < 128) return [number];
  const bytes: number[] = [];
  let rest = number;
  for (let most = 64; rest >= most || bytes.length === 0; most = most === 64 ? 32 : most / 2) {
    bytes.unshift(128 + (rest % 64));
    rest = Math.floor(rest / 64);
  }
  const ones = bytes.length + 1;
  return [((0xff00 >> ones) & 0xff) + rest, ...bytes];
}

function written(channels: readonly (readonly number[])[], bits: number, stereo: Stereo) {
  const [left = [], right = []] = channels;
  const side = { samples: left.map((value, i) => value - right[i]!), width: bits + 1 };
  const mid = { samples: left.map((value, i) => Math.floor((value + right[i]!) / 2)), width: bits };
  if (channels.length === 2 && stereo === 'left-side') return [{ samples: left, width: bits }, side];
  if (channels.length === 2 && stereo === 'side-right') return [side, { samples: right, width: bits }];
  if (channels.length === 2 && stereo === 'mid-side') return [mid, side];
  return channels.map((samples) => ({ samples, width: bits }));
}

const FIXED: readonly (readonly number[])[] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

function subframe(out: Bits, all: readonly number[], bits: number, plan: FlacPlan): void {
  const { kind = { kind: 'verbatim' }, wasted = 0 } = plan;
  const samples = all.map((value) => value / 2 ** wasted);
  const width = bits - wasted;
  const begin = (type: number): void => {
    out.add(type, 7).add(wasted > 0 ? 1 : 0, 1);
    if (wasted > 0) out.add(1, wasted);
  };
  if (kind.kind === 'constant') {
    begin(0);
    out.add(samples[0]!, width);
  } else if (kind.kind === 'verbatim') {
    begin(1);
    for (const value of samples) out.add(value, width);
  } else if (kind.kind === 'fixed') {
    begin(8 + Math.min(kind.order, samples.length));
    predicted(out, samples, width, { weights: FIXED[Math.min(kind.order, samples.length)]! }, plan);
  } else {
    begin(31 + kind.weights.length);
    predicted(out, samples, width, { weights: kind.weights, linear: kind }, plan);
  }
}

interface Predictor {
  readonly weights: readonly number[];
  readonly linear?: { readonly shift: number; readonly precision: number };
}

function predicted(
  out: Bits,
  samples: readonly number[],
  width: number,
  { weights, linear }: Predictor,
  plan: FlacPlan,
): void {
  const order = weights.length;
  for (const value of samples.slice(0, order)) out.add(value, width);
  if (linear !== undefined) {
    out.add(linear.precision - 1, 4).add(linear.shift, 5);
    for (const weight of weights) out.add(weight, linear.precision);
  }
  const rest = samples.map((value, i) => {
    const sum = weights.reduce((total, weight, j) => total + weight * (samples[i - 1 - j] ?? 0), 0);
    return value - Math.floor(sum / 2 ** (linear?.shift ?? 0));
  });
  const { partitions = 0, part = { rice: 6 }, long = false } = plan;
  const count = samples.length % 2 ** partitions === 0 ? partitions : 0;
  const size = samples.length / 2 ** count;
  out.add(long ? 1 : 0, 2).add(count, 4);
  for (let i = 0; i < 2 ** count; i++)
    residual(out, rest.slice(i === 0 ? order : i * size, (i + 1) * size), part, long);
}

function residual(out: Bits, values: readonly number[], part: Part, long: boolean): void {
  if ('plain' in part) {
    out.add(-1, long ? 5 : 4).add(part.plain, 5);
    for (const value of values) out.add(value, part.plain);
    return;
  }
  out.add(part.rice, long ? 5 : 4);
  for (const value of values) {
    const code = value >= 0 ? 2 * value : -2 * value - 1;
    for (let zeros = Math.floor(code / 2 ** part.rice); zeros > 0; zeros -= Math.min(zeros, 32))
      out.add(0, Math.min(zeros, 32));
    out.add(1, 1).add(code % 2 ** part.rice, part.rice);
  }
}
