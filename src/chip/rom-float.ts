/**
 * The boot ROM's floating-point functions (RP2040 data sheet 2.8.3.2), done by the host's.
 *
 * As in the ROM, subnormal numbers are zeros and conversions to integers round down and saturate. Its sums, products,
 * quotients and roots are rounded correctly, as the host's are; its functions of angles, its exponential and its logarithm
 * are approximations whose last bits differ from the host's.
 */
import type { Chip } from './rp2040js.js';

/** A function of the ROM: arguments and results are in registers. @returns about how many cycles it takes */
export type RomFunction = (registers: Uint32Array, chip: Chip) => number;

/** How numbers of one precision stand in registers. */
interface Format {
  /** 1 or 2. */
  readonly words: number;
  read(registers: Uint32Array, at: number): number;
  write(registers: Uint32Array, value: number): void;
}

const view = new DataView(new ArrayBuffer(8));

/** @param least the least number that is not subnormal */
function withoutSubnormals(value: number, least: number): number {
  return Math.abs(value) < least ? value * 0 : value;
}

const SINGLE: Format = {
  words: 1,
  read(registers, at) {
    view.setUint32(0, registers[at]!);
    return withoutSubnormals(view.getFloat32(0), 2 ** -126);
  },
  write(registers, value) {
    view.setFloat32(0, withoutSubnormals(Math.fround(value), 2 ** -126));
    registers[0] = view.getUint32(0);
  },
};

const DOUBLE: Format = {
  words: 2,
  read(registers, at) {
    view.setUint32(0, registers[2 * at + 1]!);
    view.setUint32(4, registers[2 * at]!);
    return withoutSubnormals(view.getFloat64(0), 2 ** -1022);
  },
  write(registers, value) {
    view.setFloat64(0, withoutSubnormals(value, 2 ** -1022));
    registers[0] = view.getUint32(4);
    registers[1] = view.getUint32(0);
  },
};

/** About what the functions take, as the data sheet's table of averages has it. cycles */
const COST = { arithmetic: 70, convert: 40, compare: 35, transcendental: 600 };

const LIMITS = {
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  uint: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;
type Integer = keyof typeof LIMITS;

function saturated(value: number, kind: Integer): bigint {
  const [least, most] = LIMITS[kind];
  if (Number.isNaN(value)) return 0n;
  if (value === Number.POSITIVE_INFINITY || value >= Number(most)) return most;
  return value <= Number(least) ? least : BigInt(Math.floor(value));
}

const isLong = (kind: Integer) => kind.endsWith('64');

function readInteger(registers: Uint32Array, kind: Integer): number {
  const value = BigInt(registers[0]!) | (isLong(kind) ? BigInt(registers[1]!) << 32n : 0n);
  const bits = isLong(kind) ? 64 : 32;
  return Number(kind.startsWith('u') ? value : BigInt.asIntN(bits, value));
}

/** The functions in the order of the ROM's table, for one precision. */
function functionsOf(format: Format, other: Format): readonly RomFunction[] {
  const { words } = format;
  const two =
    (does: (x: number, y: number) => number, cost: number): RomFunction =>
    (r) => {
      format.write(r, does(format.read(r, 0), format.read(r, 1)));
      return cost;
    };
  const one = (does: (x: number) => number, cost = COST.transcendental): RomFunction => two(does, cost);
  const toInteger =
    (kind: Integer, fixed: boolean): RomFunction =>
    (r) => {
      const scale = fixed ? 2 ** (r[words]! | 0) : 1;
      const value = saturated(format.read(r, 0) * scale, kind);
      r[0] = Number(value & 0xffffffffn);
      if (isLong(kind)) r[1] = Number((value >> 32n) & 0xffffffffn);
      return COST.convert;
    };
  const fromInteger =
    (kind: Integer, fixed: boolean): RomFunction =>
    (r) => {
      const scale = fixed ? 2 ** -(r[isLong(kind) ? 2 : 1]! | 0) : 1;
      format.write(r, readInteger(r, kind) * scale);
      return COST.convert;
    };
  const compare = (r: Uint32Array): number => {
    const [x, y] = [format.read(r, 0), format.read(r, 1)];
    return x < y ? -1 : x > y ? 1 : 0;
  };
  const sign: RomFunction = (r) => {
    r[0] = compare(r);
    return COST.compare;
  };
  /** As CMP of integers sets them. */
  const flags: RomFunction = (r, { core }) => {
    const result = compare(r);
    core.N = result < 0;
    core.Z = result === 0;
    core.C = result >= 0;
    core.V = false;
    return COST.compare;
  };
  const sinCos: RomFunction = (r) => {
    const x = format.read(r, 0);
    const cos = new Uint32Array(words);
    format.write(cos, Math.cos(x));
    format.write(r, Math.sin(x));
    r.set(cos, words);
    return COST.transcendental;
  };
  const converted: RomFunction = (r) => {
    other.write(r, format.read(r, 0));
    return COST.convert;
  };
  const { arithmetic } = COST;
  return [
    two((x, y) => x + y, arithmetic),
    two((x, y) => x - y, arithmetic),
    two((x, y) => x * y, arithmetic),
    two((x, y) => x / y, arithmetic),
    sign,
    flags,
    one(Math.sqrt, arithmetic),
    toInteger('int', false),
    toInteger('int', true),
    toInteger('uint', false),
    toInteger('uint', true),
    fromInteger('int', false),
    fromInteger('int', true),
    fromInteger('uint', false),
    fromInteger('uint', true),
    one(Math.cos),
    one(Math.sin),
    one(Math.tan),
    sinCos,
    one(Math.exp),
    one(Math.log),
    sign,
    two(Math.atan2, COST.transcendental),
    fromInteger('int64', false),
    fromInteger('int64', true),
    fromInteger('uint64', false),
    fromInteger('uint64', true),
    toInteger('int64', false),
    toInteger('int64', true),
    toInteger('uint64', false),
    toInteger('uint64', true),
    converted,
  ];
}

export const SINGLE_FUNCTIONS = functionsOf(SINGLE, DOUBLE);
export const DOUBLE_FUNCTIONS = functionsOf(DOUBLE, SINGLE);
