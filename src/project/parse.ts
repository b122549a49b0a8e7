/**
 * Text of a `kws.json` → its checked contents.
 *
 * Untrusted input: the caller bounds the size; nothing here recurses over the user's nesting but
 * `JSON.parse`, which bounds itself.
 */
import { inputError } from '../diagnostics/errors.js';
import { schemaProblems } from '../diagnostics/schema-problems.js';
import { type KwsFile, kwsFileSchema } from './schema.js';

/**
 * @param text contents of the file, with or without a byte order mark
 * @param file how messages call it
 * @throws KwsError (exit code 2) with every problem found
 */
export function parseKwsFile(text: string, file = 'kws.json'): KwsFile {
  const data = parseJson(text, file);
  const result = kwsFileSchema.safeParse(data);
  if (!result.success) throw inputError(schemaProblems(result.error, data, kwsFileSchema, file));
  return result.data;
}

/** JSON with the place of a mistake as line and column. */
export function parseJson(text: string, file: string): unknown {
  const body = text.replace(/^\ufeff/, '');
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const position = /at position (\d+)/.exec(message);
    const offset = position === null ? body.length : Number(position[1]);
    const before = body.slice(0, offset).split('\n');
    const reason = message
      .replace(/ in JSON at position .*$/s, '')
      .replace(/^(Unexpected end).*$/, '$1 of the file');
    throw inputError(
      {
        what: `is not JSON: ${reason}`,
        where: `${file}, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`,
        next: 'correct the text there; JSON has no comments and no comma after the last entry',
      },
      { cause },
    );
  }
}
