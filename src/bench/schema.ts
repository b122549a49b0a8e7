/**
 * `hil.json`, a bench of boards: its types, `schemas/hil.schema.json`, and every check that needs nothing but the file.
 *
 * Leaves to others: whether the boards exist (`load.ts`), what is done with them (`open.ts`).
 */
import { z } from 'zod';
import { RUNTIMES } from '../model/runtime.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const oneLine = /^[^\u0000-\u001f\u007f]*$/;
const word = z
  .string()
  .min(1, 'must not be empty')
  .max(4096)
  .regex(oneLine, 'must not contain control characters');

const hook = (description: string) =>
  z
    .array(word)
    .min(1)
    .max(100)
    .meta({ description, examples: [['uhubctl', '-l', '1-1', '-p', '2', '-a', 'cycle']] })
    .optional();

const seconds = (description: string, example: number) =>
  z
    .number()
    .min(1)
    .max(86_400)
    .meta({ description, examples: [example] })
    .optional();

const board = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
      'must begin with a letter or digit and have only letters, digits, _ - .',
    )
    .refine((name) => name !== 'all', { error: 'is the word for every board' })
    .meta({ description: 'what this board is called', examples: ['desk'] }),
  board: word.meta({ description: 'which board it is, as --board', examples: ['arduino-nano-33-ble'] }),
  serial: word
    .meta({
      description: 'USB serial number of a real board (kws-gen ports shows it)',
      examples: ['1A2B3C4D'],
    })
    .optional(),
  port: word.meta({ description: 'serial port of a real board', examples: ['/dev/ttyACM0'] }).optional(),
  emulate: z
    .union([z.boolean(), z.enum(['chip', 'firmware'])])
    .meta({
      description: 'the board’s twin in its place; "chip" and "firmware" as --emulate has them',
      examples: [true],
    })
    .optional(),
  runtime: z
    .enum(RUNTIMES)
    .meta({ description: 'runtime on it', examples: ['aot'] })
    .optional(),
  before: hook('program and arguments that run before each try, without a shell'),
  after: hook('program and arguments that run after each try, whatever came of it'),
  hookTimeout: seconds('longest time of such a program in seconds; 60 unless told', 60),
  flashTimeout: seconds('longest time of an upload in seconds; 300 unless told', 120),
  testTimeout: seconds('longest time of a test, without the build, in seconds; 3600 unless told', 600),
  retries: z
    .int()
    .min(0)
    .max(10)
    .meta({ description: 'further tries where one fails; what passes then is flaky', examples: [1] })
    .optional(),
});

export const benchFileSchema = z
  .strictObject({
    $schema: z.string().meta({ description: 'for completion in editors' }).optional(),
    version: z.literal(1).meta({ description: 'version of this file’s format', examples: [1] }),
    atOnce: z
      .int()
      .min(1)
      .max(64)
      .meta({ description: 'boards that are tested at the same time; all unless told', examples: [2] })
      .optional(),
    boards: z.array(board).min(1).max(64).meta({ description: 'the boards of the bench' }),
  })
  .meta({ title: 'hil.json', description: 'A bench of boards for kws-gen test.' });

export type BenchEntry = z.infer<typeof board>;

/** The JSON schema's text for editors, exactly as `schemas/hil.schema.json` must read. */
export function benchJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(benchFileSchema, { io: 'input', target: 'draft-07' }), null, 2)}\n`;
}
