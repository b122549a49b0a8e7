/**
 * Labels a TensorFlow Lite file carries: our own metadata entry, or the label file of TensorFlow's
 * metadata library, which stands in a zip archive appended to the file.
 *
 * Specifications: https://ai.google.dev/edge/litert/models/metadata (associated files);
 * PKWARE APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16 (zip).
 */
import { inflateRawSync } from 'node:zlib';
import type { Problem } from '../diagnostics/errors.js';
import { LABELS_METADATA } from '../tflite/codes.js';
import type { TfliteFile } from '../tflite/schema.js';

const MOST_LABELS = 4096;
const MOST_BYTES = 64 * 1024;

/** Undefined where the file has no labels. A broken entry of ours is a problem; a foreign archive is not. */
export function readLabels(
  file: TfliteFile,
  bytes: Uint8Array,
  name: string,
  problems: Problem[],
): readonly string[] | undefined {
  const own = file.metadata.find((entry) => entry.name === LABELS_METADATA);
  if (own === undefined) {
    const lines = labelFile(bytes)
      ?.split(/\r?\n/)
      .filter((line) => line !== '');
    return lines !== undefined && lines.length > 0 && lines.length <= MOST_LABELS ? lines : undefined;
  }
  const labels = parse(file.buffers[own.buffer] ?? new Uint8Array(0));
  if (labels === undefined)
    problems.push({
      where: `${name}, metadata ${LABELS_METADATA}`,
      what: 'is not a JSON array of label strings',
      next: 'write the model again',
    });
  return labels;
}

function parse(bytes: Uint8Array): readonly string[] | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const valid = Array.isArray(value) && value.every((label) => typeof label === 'string' && label !== '');
    return valid && value.length > 0 && value.length <= MOST_LABELS ? (value as string[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Text of the first `…label….txt` in an archive at the file's end. */
function labelFile(file: Uint8Array): string | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > bytes.length || end < bytes.length - 22 - 0xffff) return undefined;
  const entries = Math.min(bytes.readUInt16LE(end + 10), 64);
  const directory = bytes.readUInt32LE(end + 12);
  // Offsets count from the archive's beginning, which stands somewhere in the file.
  const shift = end - directory - bytes.readUInt32LE(end + 16);
  let at = end - directory;
  for (let i = 0; i < entries; i++) {
    if (at < 0 || at + 46 > end || bytes.readUInt32LE(at) !== 0x02014b50) return undefined;
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    if (/label[^/]*\.txt$/i.test(name))
      return extract(bytes, {
        method: bytes.readUInt16LE(at + 10),
        size: bytes.readUInt32LE(at + 20),
        header: bytes.readUInt32LE(at + 42) + shift,
      });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return undefined;
}

function extract(
  bytes: Buffer,
  entry: { readonly method: number; readonly size: number; readonly header: number },
): string | undefined {
  const { method, size, header } = entry;
  if (header < 0 || header + 30 > bytes.length || size > MOST_BYTES) return undefined;
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const data = bytes.subarray(start, start + size);
  if (data.length !== size) return undefined;
  try {
    if (method === 0) return data.toString('utf8');
    if (method === 8) return inflateRawSync(data, { maxOutputLength: MOST_BYTES }).toString('utf8');
  } catch {
    // A foreign archive that cannot be read is no reason to refuse the model.
  }
  return undefined;
}
