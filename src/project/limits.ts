/**
 * Limits of a verdict, as they stand in kws.json and in suites: one schema, so that they mean the same everywhere.
 *
 * Leaves to others: what is held against them (`suite/checks.ts`).
 */
import { z } from 'zod';

const limit = (description: string, example: number) =>
  z
    .number()
    .min(0)
    .max(1e9)
    .meta({ description, examples: [example] })
    .optional();

const counted = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .max(1e9)
    .meta({ description, examples: [example] })
    .optional();

export const limitsSchema = z.strictObject({
  maxMisses: counted('words that may be missed', 2),
  maxFalseAcceptsPerHour: limit('false accepts there may be per hour', 0.5),
  maxLatencyMs: limit('longest time in ms from the end of a word to its detection', 400),
  maxLoad: limit('part of the processor that front end and models may take, 0 to 1', 0.7),
  maxLate: counted(
    'steps of features that a board may have done only when the next inference is due; 0 unless told',
    0,
  ),
  maxOverruns: counted('times that a board may fall behind its microphone; 0 unless told', 0),
});

export type Limits = z.infer<typeof limitsSchema>;
