import { Builder } from 'flatbuffers';
import { describe, expect, test } from 'vitest';
import { modelFile } from '../../src/tflite/build.js';
import { compactFile } from '../../src/tflite/compact.js';
import { Cursor } from '../../src/tflite/cursor.js';
import { decodeTflite } from '../../src/tflite/decode.js';
import { encodeTflite } from '../../src/tflite/encode.js';
import { MODEL } from '../../src/tflite/schema.js';
import { cnn, SAMPLES, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';

describe('encode and decode', () => {
  test.each(SAMPLES)('%s comes back as it was, compacted', (_, model) => {
    const file = modelFile(model());
    const bytes = encodeTflite(file);
    const decoded = decodeTflite(bytes);
    expect(decoded).toEqual(compactFile(file));
    expect(encodeTflite(decoded)).toEqual(bytes);
  });

  test('operator codes stand in both fields', () => {
    const raw = new Cursor(encodeTflite(modelFile(streaming()))).root(MODEL);
    const codes = raw.operatorCodes.map((code) => [code.builtinCode, code.deprecatedBuiltinCode]);
    expect(codes).toContainEqual([2, 2]); // CONCATENATION
    expect(codes).toContainEqual([129, 127]); // CALL_ONCE: does not fit the deprecated field
    expect(new Set(codes.map(String)).size).toBe(codes.length);
  });

  test('an operator code of an old file is read from the deprecated field', () => {
    const file = modelFile(cnn());
    const bytes = encodeTflite(file);
    const raw = new Cursor(bytes).root(MODEL);
    // Overwrite the builtin code of CONV_2D (3), which stands behind its version, with 0.
    const view = new DataView(bytes.buffer);
    const conv = raw.operatorCodes.findIndex((code) => code.builtinCode === 3);
    const at = fieldOfOperatorCode(view, conv, 3);
    expect(view.getInt32(at, true)).toBe(3);
    view.setInt32(at, 0, true);
    expect(decodeTflite(bytes).operatorCodes[conv]!.builtinCode).toBe(3);
  });

  test('constants start at multiples of 16 bytes', () => {
    const bytes = encodeTflite(modelFile(cnn()));
    const buffers = decodeTflite(bytes).buffers.filter((data) => data.length > 0);
    expect(buffers.length).toBeGreaterThan(5);
    for (const data of buffers) expect((data.byteOffset - bytes.byteOffset) % 16).toBe(0);
  });

  test('equal constants are stored once, dead tensors and codes not at all', () => {
    const file = modelFile(cnn());
    const main = file.subgraphs[0]!;
    const weight = main.tensors.find((tensor) => tensor.name === 'w1')!;
    const copy = file.buffers.length;
    const bloated = {
      ...file,
      buffers: [...file.buffers, file.buffers[weight.buffer]!.slice()],
      operatorCodes: [...file.operatorCodes, { builtinCode: 99, customCode: '', version: 7 }],
      subgraphs: [{ ...main, tensors: [...main.tensors, { ...weight, name: 'dead', buffer: copy }] }],
    };
    expect(encodeTflite(bloated)).toEqual(encodeTflite(file));
    const shared = {
      ...bloated,
      subgraphs: [
        {
          ...main,
          tensors: main.tensors.map((tensor) =>
            tensor.name === 'w3' ? { ...tensor, buffer: copy } : tensor,
          ),
        },
      ],
    };
    const decoded = decodeTflite(encodeTflite(shared)).subgraphs[0]!.tensors;
    const bufferOf = (name: string) => decoded.find((tensor) => tensor.name === name)!.buffer;
    expect(bufferOf('w3')).toBe(bufferOf('w1'));
  });

  test('parts we do not know are refused by the writer', () => {
    const file = modelFile(cnn());
    const main = file.subgraphs[0]!;
    const other = { ...main.operators[0]!, options: { type: 'other', code: 77 } as const };
    expect(inputErrorOf(() => encodeTflite({ ...file, subgraphs: [{ ...main, operators: [other] }] }))).toBe(
      'cannot write Operator.options of a kind we do not know\n' +
        '  why: the writer covers the operators kws-gen computes\n' +
        '  next: keep the original file',
    );
  });
});

describe('data behind the flatbuffer', () => {
  const file = (offset: number, size: number) => {
    const b = new Builder();
    const buffer = (at: number, length: number) => {
      b.startObject(3);
      b.addFieldInt64(1, BigInt(at), 0n);
      b.addFieldInt64(2, BigInt(length), 0n);
      return b.endObject();
    };
    const buffers = vector(b, [buffer(0, 0), buffer(offset, size)]);
    b.startObject(5);
    const subgraphs = vector(b, [b.endObject()]);
    b.startObject(8);
    b.addFieldInt32(0, 3, 0);
    b.addFieldOffset(2, subgraphs, 0);
    b.addFieldOffset(4, buffers, 0);
    b.finish(b.endObject(), 'TFL3');
    return Buffer.concat([b.asUint8Array(), Buffer.from('payload')]);
  };
  const length = file(0, 0).length; // offsets are 64-bit fields left out when 0

  test('is found by its offset and size', () => {
    const start = file(1000, 7).length - 7;
    const bytes = file(start, 7);
    expect(bytes.length).toBe(start + 7);
    expect(Buffer.from(decodeTflite(bytes).buffers[1]!).toString()).toBe('payload');
  });

  test.each([
    [length + 100, 7],
    [2, 2 ** 40],
  ])('offset %d, size %d is refused', (offset, size) => {
    expect(inputErrorOf(() => decodeTflite(file(offset, size), 'big.tflite'))).toMatch(
      /^big\.tflite: is not a readable TensorFlow Lite file\n {2}why: buffer 1 .*runs past the end/,
    );
  });
});

function vector(b: Builder, offsets: number[]): number {
  b.startVector(4, offsets.length, 4);
  for (const offset of offsets.reverse()) b.addOffset(offset);
  return b.endVector();
}

/** Position of field `id` of operator code `index`, by hand: root, vector of codes, table, vtable. */
function fieldOfOperatorCode(view: DataView, index: number, id: number): number {
  const u32 = (at: number) => view.getUint32(at, true);
  const field = (table: number, slot: number) =>
    table + view.getUint16(table - view.getInt32(table, true) + 4 + 2 * slot, true);
  const codes = field(u32(0), 1);
  const element = codes + u32(codes) + 4 + 4 * index;
  return field(element + u32(element), id);
}
