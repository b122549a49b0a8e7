/**
 * `schemas/board.schema.json`: what an editor completes and checks a board file with, made from the types.
 */
import { z } from 'zod';
import { boardFileSchema } from './types.js';

/** The JSON schema's text, exactly as the file in `schemas/` must read. */
export function boardJsonSchema(): string {
  const schema = z.toJSONSchema(boardFileSchema, { io: 'input' });
  return `${JSON.stringify({ ...schema, title: 'A board of kws-gen' }, null, 2)}\n`;
}
