/**
 * The longest line that a firmware can print (docs/protocol.md): the size of its line buffer.
 *
 * Owns: one model of every line whose length varies, with the widest value each number can have. Leaves to
 * others: writing them (templates/lib/kws_app/src/app_report.cpp, kws_protocol).
 */
import type { ResolvedBoard } from '../boards/types.js';
import { frameChannels, keptValues } from '../frontend/spec.js';
import { elementCount } from '../model/elements.js';
import type { ResolvedModel, ResolvedProject } from '../project/types.js';

/** `LineWriter::kMinCapacity` and `LineWriter::kMaxLine`. */
const LEAST = 224;
const MOST = 4096;
/**
 * A `fault` line without its message, and the longest message: a test reads every text of templates/lib. The
 * interpreter's reasons are among them.
 */
const FAULT_LINE = `{"kws":1,"t":"fault","code":"no-microphone","message":""}`.length;
export const LONGEST_FAULT = 200;
/** The number of a line, its CRC, and the line end. */
const LINE_END = `,"ln":4294967295,"crc":"ffff"\r\n`.length;

const UINT32 = 10;
const UINT64 = 20;
const HASH = 64;
/** What the firmware does not know while it is rendered: the tool's version and the build's id. */
const VERSION = 40;
const BUILD_ID = 12;

/** Bytes of a text in JSON as `LineWriter` escapes it, with its quotes. */
function quoted(text: string): number {
  let bytes = 2;
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte < 0x20 || byte === 0x7f) bytes += 6;
    else bytes += byte === 0x22 || byte === 0x5c ? 2 : 1;
  }
  return bytes;
}

const list = (items: readonly number[]): number => 2 + items.reduce((sum, item) => sum + item + 1, 0);
/** `,"name":` and the value. */
const field = (name: string, value: number): number => name.length + 4 + value;
const fields = (values: Readonly<Record<string, number>>): number =>
  Object.entries(values).reduce((sum, [name, value]) => sum + field(name, value), 0);
const object = (values: Readonly<Record<string, number>>): number => 2 + fields(values);
const line = (type: string, values: Readonly<Record<string, number>>): number =>
  `{"kws":1,"t":"${type}"}`.length + fields(values) + LINE_END;

const labelsOf = ({ labels }: ResolvedModel): number => list(labels.map(quoted));

function hello({ models, frontend }: ResolvedProject, board: ResolvedBoard): number {
  return line('hello', {
    protocol: 1,
    tool: VERSION + 2,
    build: BUILD_ID + 2,
    board: quoted(board.id),
    runtime: 6,
    model: HASH + 2,
    labels: labelsOf(models[0]!),
    frontend: (frontend.kind === 'none' ? 4 : HASH) + 2,
    rate: UINT32,
    step: UINT32,
    mic: 5,
    models: list(
      models.map((model) =>
        object({
          m: quoted(model.name),
          model: HASH + 2,
          labels: labelsOf(model),
          hop: String(model.hop).length,
          gate: 5,
          arena: UINT32,
          used: UINT32,
        }),
      ),
    ),
  });
}

function stats({ models }: ResolvedProject): number {
  const ticks = { n: UINT32, min: UINT32, max: UINT32, sum: UINT64 };
  return line('stats', {
    samples: UINT32,
    hops: UINT32,
    overruns: UINT32,
    late: UINT32,
    behind: UINT32,
    tps: UINT32,
    hop: object(ticks),
    input: object(ticks),
    models: list(models.map(({ name }) => object({ m: quoted(name), ...ticks }))),
  });
}

/** Lines of one model: a score, a decision, the answer to a pushed tensor. */
function ofModel({ name, labels, model }: ResolvedModel): number[] {
  const m = quoted(name);
  const outputs = elementCount(model.tensors[model.outputs[0]!]!.shape);
  const raw = (count: number) => list(new Array<number>(count).fill('-128'.length));
  const p = '1.0000'.length;
  return [
    line('score', { m, n: UINT32, ms: UINT32, q: raw(labels.length), p: list(labels.map(() => p)) }),
    line('detect', { m, label: Math.max(...labels.map(quoted)), ms: UINT32, p }),
    line('output', { m, q: raw(outputs) }),
  ];
}

function features({ frontend }: ResolvedProject): number {
  if (frontend.kind === 'none') return 0;
  const bytes =
    frontend.kind === 'micro'
      ? 2 * frontend.channels
      : 4 * Math.max(keptValues(frontend), frameChannels(frontend));
  return line('features', { n: UINT32, type: 5, v: 2 * bytes + 2 });
}

/** Bytes with the line end, a multiple of 4; what is longer than the protocol allows becomes its `fault`. */
export function longestLine(project: ResolvedProject, board: ResolvedBoard): number {
  const most = Math.max(
    LEAST,
    FAULT_LINE + LONGEST_FAULT + LINE_END,
    hello(project, board),
    stats(project),
    features(project),
    ...project.models.flatMap(ofModel),
  );
  // The writer keeps one byte free.
  return Math.min(MOST, Math.ceil((most + 1) / 4) * 4);
}
