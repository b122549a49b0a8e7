/**
 * Models as C source: `model.h`, `model.cc`, what `xxd -i` and the training tools of vendors write.
 *
 * Owns: finding the arrays of numbers in the text and which of them is a TensorFlow Lite file. The text is never
 * compiled, and only numbers between commas count. Leaves to others: the file in the array (`tflite.ts`).
 */
import { inputError } from '../diagnostics/errors.js';
import { isTflite } from '../tflite/decode.js';
import { printable } from './names.js';

/** How much of the text is searched for the beginning of an array before the file counts as none. */
const SEARCHED = 256 * 1024;
/** `name[] = {`, with attributes and a length, or `std::array<uint8_t, 4> name = {{`. */
const ARRAY =
  /([A-Za-z_]\w{0,200})\s{0,20}\[[^\]\n]{0,80}\][^={;]{0,200}=\s{0,20}\{|std::array\s{0,9}<[^>\n]{0,80}>\s{0,20}([A-Za-z_]\w{0,200})[^={;]{0,200}(?:=\s{0,20})?\{\s{0,9}\{?/g;
/** A declaration without numbers: the header beside the file that has them. */
const DECLARED = /\bextern\b[^;{]{0,200}\b(?:char|u?int8_t)\b[^;{]{0,200}\[[^\]\n]{0,80}\]/;
const MOST_ARRAYS = 1000;

/** Whether the bytes are text that defines or declares an array, as C does. */
export function isCArray(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SEARCHED)).toString(
    'latin1',
  );
  // Zero bytes: no text. JSON begins with a brace, and so does no C file.
  if (head.length === 0 || head.includes('\0') || /^(\xef\xbb\xbf)?\s*[{[]/.test(head)) return false;
  return head.search(ARRAY) >= 0 || DECLARED.test(head);
}

/**
 * The TensorFlow Lite file in a C array.
 *
 * @throws KwsError (exit code 2) where no array holds one, or several do
 */
export function cArrayModel(bytes: Uint8Array, name: string): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const found: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  let arrays = 0;
  for (const match of text.matchAll(ARRAY)) {
    if (++arrays > MOST_ARRAYS) break;
    const numbers = numbersFrom(text, match.index + match[0].length);
    if (numbers !== undefined && isTflite(numbers))
      found.push({ name: match[1] ?? match[2] ?? '', bytes: numbers });
  }
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only.bytes;
  if (only !== undefined)
    throw inputError({
      where: name,
      what: `has ${found.length} models in it: ${printable(found.map((one) => one.name).join(', '))}`,
      next: 'leave one of the arrays in the file',
    });
  if (arrays === 0)
    throw inputError({
      where: name,
      what: 'declares an array of bytes and does not have it',
      next: 'give the source file beside it (.cc, .cpp, .c) that has the numbers',
    });
  throw inputError({
    where: name,
    what: 'is C source, and none of its arrays is a TensorFlow Lite file',
    next: 'give the file that has the model as bytes: its fifth to eighth are "TFL3"',
  });
}

/** Bytes up to the closing brace; undefined where something else than numbers stands between. */
function numbersFrom(text: string, start: number): Uint8Array | undefined {
  const end = text.indexOf('}', start);
  if (end < 0) return undefined;
  const body = text.slice(start, end);
  // Comments are rare and cost a copy: only taken out where there are some.
  const plain = body.includes('/') ? body.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ') : body;
  const bytes = new Uint8Array(Math.ceil(plain.length / 2) + 1);
  let count = 0;
  for (let at = 0; at <= plain.length; ) {
    const comma = plain.indexOf(',', at);
    const stop = comma < 0 ? plain.length : comma;
    const item = plain.slice(at, stop).trim();
    at = stop + 1;
    // The last number may have a comma behind it.
    if (item === '' && at > plain.length) break;
    const value = byteOf(item);
    if (value === undefined) return undefined;
    bytes[count++] = value;
  }
  return bytes.slice(0, count);
}

/** A byte as C writes it: decimal, hexadecimal, octal, negative, with suffixes; undefined for all else. */
function byteOf(item: string): number | undefined {
  const match = /^(?:\(\s*\w+\s*\)\s*)?(-?)(0[xX][0-9a-fA-F]{1,2}|\d{1,3})[uUlL]{0,3}$/.exec(item);
  if (match === null) return undefined;
  const digits = match[2]!;
  const value = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  const signed = match[1] === '-' ? -value : value;
  return signed >= -128 && signed <= 255 ? signed & 255 : undefined;
}
