/** JSON out of a file that is not trusted. */
import { inputError } from '../diagnostics/errors.js';

/** Larger topologies than any model for a microcontroller has: the largest of Keras's applications take 1 MB. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Values in it, lists and objects too: each takes up to a hundred bytes of memory. */
const MOST_VALUES = 1 << 20;

/** @throws KwsError (exit code 2) for more than is read */
export function checkJsonSize(bytes: number, where: string): void {
  if (bytes > MOST_BYTES)
    throw inputError({
      where,
      what: `is JSON of ${bytes} bytes; at most ${MOST_BYTES} are read`,
      next: 'give a model made for microcontrollers',
    });
}

/** @throws KwsError (exit code 2) where it is no JSON, or too much */
export function parsedJson(bytes: Uint8Array, where: string): unknown {
  checkJsonSize(bytes.length, where);
  let values = 0;
  // Commas and brackets in texts count as well: a bound, not a count.
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values += 1;
  if (values > MOST_VALUES)
    throw inputError({
      where,
      what: `is JSON of more than ${MOST_VALUES} values`,
      next: 'give a model made for microcontrollers',
    });
  try {
    // The decoder drops a byte order mark.
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw inputError(
      {
        where,
        what: 'is no valid JSON',
        why: 'it ends too early, or was edited',
        next: 'save or download the file again',
      },
      { cause: error },
    );
  }
}
