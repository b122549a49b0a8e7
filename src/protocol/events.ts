/**
 * What a device says: the lines of docs/protocol.md as values, and the events the host adds.
 *
 * Owns: the shape of every line and its validation (a device is untrusted input). Leaves to others: finding
 * lines in a stream of bytes (`line-parser.ts`). An event printed as JSON is the line itself with what the
 * host knows added, which is what `--json` prints.
 */
import { z } from 'zod';

/** Text of a device, without control characters: it ends up on terminals. */
const text = z.string().transform(withoutControls);
const count = z.number().int().nonnegative();
const probability = z.number().min(0).max(1);
const ticks = { min: count, max: count, sum: count };

const helloModel = z.object({
  m: text,
  model: text,
  labels: z.array(text),
  /** Feature steps from one inference to the next. */
  hop: count,
  gate: z.boolean(),
  /** Bytes reserved and used. */
  arena: count,
  used: count,
});

/** The clip an event belongs to; added by the host while it plays one. */
const clip = text.optional();

const line = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ kws: z.literal(1), t: z.literal(type), ...shape });

const lines = {
  hello: line('hello', {
    protocol: count,
    tool: text,
    build: text,
    board: text,
    runtime: z.enum(['aot', 'tflm']),
    /** SHA-256 and labels of the first model. */
    model: text,
    labels: z.array(text),
    frontend: text,
    /** Hz */
    rate: count,
    /** Milliseconds of one feature step. */
    step: count,
    mic: z.boolean(),
    /** It takes packed samples; older firmware and some boards do not. */
    packed: z.boolean().optional(),
    models: z.array(helloModel),
  }),
  score: line('score', {
    m: text,
    n: count,
    ms: count,
    q: z.array(z.number().int()),
    p: z.array(probability),
    clip,
  }),
  detect: line('detect', { m: text, label: text, ms: count, p: probability, clip }),
  /** `late`: see `stats`; firmware of older versions has neither. */
  end: line('end', { samples: count, scores: count, detections: count, late: count.optional(), clip }),
  features: line('features', {
    n: count,
    /** Absent: uint16. q16: int32, as the integer front end keeps a frame. */
    type: z.enum(['f32', 'q16']).optional(),
    v: z.string().regex(/^([0-9a-f]{4})*$/),
    clip,
  }),
  output: line('output', { m: text, q: z.array(z.number().int()) }),
  /** `resend`: a frame was dropped; those from `seq` on are to be sent again. */
  credit: line('credit', { seq: count.max(255), bytes: count, resend: z.boolean().optional() }),
  stats: line('stats', {
    samples: count,
    hops: count,
    overruns: count,
    /** Feature steps that were done only when the next inference was due. */
    late: count.optional(),
    /** The longest from a step's last sample to the end of its work, in ticks. */
    behind: count.optional(),
    /** Ticks per second; the other times are in ticks. */
    tps: count,
    /** Ticks since start, and how many of them it slept; firmware of older versions has neither. */
    up: count.optional(),
    asleep: count.optional(),
    hop: z.object({ n: count, ...ticks }),
    input: z.object({ n: count, ...ticks }),
    models: z.array(z.object({ m: text, n: count, ...ticks })),
  }),
  /** What the microphone heard, of firmware that can send it and was asked to. */
  audio: line('audio', {
    /** Number of the first sample since reset. */
    n: count,
    /** Samples that found no room since start, before these were taken. */
    lost: count,
    /** Samples of 16 bits, little-endian, in base64. */
    v: z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/),
    clip,
  }),
  /** A pin of a board that has none: what it would be. `name`: what the project calls it. */
  pin: line('pin', {
    pin: count.max(255),
    name: text.optional(),
    level: z.union([z.literal(0), z.literal(1)]),
  }),
  /** Of firmware built for a proof; see src/proof. */
  trace: line('trace', {
    /** The stage, or `done`. */
    s: text,
    m: count.optional(),
    n: count.optional(),
    /** Digests, 16 bytes each. */
    d: z
      .string()
      .regex(/^([0-9a-f]{32})*$/)
      .optional(),
    /** Values: of which operator or constant and which output of it, from which byte on. */
    i: count.optional(),
    o: count.optional(),
    at: count.optional(),
    v: z
      .string()
      .regex(/^([0-9a-f]{2})*$/)
      .optional(),
    clip,
  }),
  /** How long something took: stage `i` of the front end, or operator `i` of model `m`. */
  ticks: line('ticks', { s: text, m: count, i: count, n: count, ...ticks, clip }),
  /** What was understood, beside the command's name: samples of `play`, model and value of `cutoff`. */
  ok: line('ok', { cmd: text, samples: count.optional(), m: count.optional(), value: count.optional() }),
  fault: line('fault', { code: text, message: text, clip }),
};

type DeviceLines = { [Type in keyof typeof lines]: z.infer<(typeof lines)[Type]> };

export type HelloEvent = DeviceLines['hello'];
export type ScoreEvent = DeviceLines['score'];
export type DetectEvent = DeviceLines['detect'];
export type EndEvent = DeviceLines['end'];
export type FeaturesEvent = DeviceLines['features'];
export type OutputEvent = DeviceLines['output'];
export type CreditEvent = DeviceLines['credit'];
export type StatsEvent = DeviceLines['stats'];
export type AudioEvent = DeviceLines['audio'];
export type PinEvent = DeviceLines['pin'];
export type TraceEvent = DeviceLines['trace'];
export type TicksEvent = DeviceLines['ticks'];
export type OkEvent = DeviceLines['ok'];
export type FaultEvent = DeviceLines['fault'];
/** A line of the protocol. */
export type DeviceEvent = DeviceLines[keyof DeviceLines];

/** What came in and is no line of the protocol: boot messages, garbage, the rest of a line after a reset. */
export interface NoiseEvent {
  readonly kws: 1;
  readonly t: 'noise';
  /** At most 200 printable characters of it. */
  readonly text: string;
  /** `text`: not meant as a line of the protocol; `malformed`: meant as one, or damaged; `overlong`: no line end in 4096 bytes; `repeated`: a line that came before. */
  readonly reason: 'text' | 'malformed' | 'overlong' | 'repeated';
}

/** Lines of the device that did not arrive, by the numbers of those that did. */
export interface LostEvent {
  readonly kws: 1;
  readonly t: 'lost';
  /** How many. */
  readonly lines: number;
  readonly clip?: string;
}

/** The board computes longer than the audio takes that it is for: told where it is a real one. */
export interface BehindEvent {
  readonly kws: 1;
  readonly t: 'behind';
  /** Feature steps since this was told last that were done only when the next inference was due. */
  readonly late: number;
  /** The most that audio waited so far: in ms, and as samples of the microphone. */
  readonly ms?: number;
  readonly samples?: number;
  readonly clip?: string;
}

/** The device went away: the last event of a session that the host did not close itself. */
export interface DisconnectedEvent {
  readonly kws: 1;
  readonly t: 'disconnected';
  readonly reason: string;
}

export type SessionEvent = DeviceEvent | NoiseEvent | LostEvent | BehindEvent | DisconnectedEvent;

const byType = new Map<string, z.ZodType<DeviceEvent>>(Object.entries(lines));

/** The event of one parsed line, or undefined if it is none (unknown type, missing or wrong fields). */
export function toDeviceEvent(value: unknown): DeviceEvent | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const type = (value as { t?: unknown }).t;
  const schema = typeof type === 'string' ? byType.get(type) : undefined;
  const result = schema?.safeParse(value);
  return result?.success ? result.data : undefined;
}

/** The samples of an `audio` event. */
export function audioSamples({ v }: AudioEvent): Int16Array {
  const bytes = Buffer.from(v, 'base64');
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i));
}

/** The frame of a `features` event, as the front end left it. */
export function featureValues(event: FeaturesEvent): Uint16Array | Float32Array | Int32Array {
  const bytes = Buffer.from(event.v, 'hex');
  const all = (width: number, read: (at: number) => number) =>
    Array.from({ length: Math.floor(bytes.length / width) }, (_, i) => read(width * i));
  if (event.type === 'f32') return Float32Array.from(all(4, (at) => bytes.readFloatLE(at)));
  if (event.type === 'q16') return Int32Array.from(all(4, (at) => bytes.readInt32LE(at)));
  return Uint16Array.from(all(2, (at) => bytes.readUInt16LE(at)));
}

/**
 * `value` with every control character replaced, so that it cannot steer a terminal. Marks of the writing direction
 * stay: a label is compared with the project's, and the printer takes care of them.
 */
function withoutControls(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}
