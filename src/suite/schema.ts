/**
 * A suite as a file: its types, `schemas/suite.schema.json`, and every check that needs nothing but the file itself.
 *
 * Owns: fields, ranges, descriptions; the truth files of MLPerf Tiny's streaming benchmark, which are a list.
 * Leaves to others: folders, labels, files (`load.ts`).
 */
import { z } from 'zod';
import { limitsSchema } from '../project/limits.js';

/** Longest recording there may be. s */
const LONGEST_SECONDS = 1e6;
const MOST_CLIPS = 100_000;
const MOST_WINDOWS = 100_000;

const seconds = z.number().min(0).max(LONGEST_SECONDS);
const text = z.string().min(1, 'must not be empty').max(1024);
const padding = (description: string, example: number) =>
  z
    .number()
    .min(0)
    .max(60_000)
    .meta({ description, examples: [example] })
    .optional();

const pair = z
  .tuple([seconds, seconds])
  .refine(([begin, end]) => begin < end, { error: 'must begin before it ends' });

const windows = z
  .array(
    z.union([
      pair,
      z.strictObject({
        begin: seconds.meta({ description: 'begin of the word in seconds', examples: [1.2] }),
        end: seconds.meta({ description: 'end of the word in seconds', examples: [1.8] }),
        label: text.meta({ description: 'the word', examples: ['computer'] }),
      }),
    ]),
  )
  .max(MOST_WINDOWS);

const clip = z.strictObject({
  file: text.meta({ description: 'recording (WAV, FLAC), relative to this file', examples: ['kitchen.wav'] }),
  label: text
    .meta({ description: 'the word that is said in it, or of its windows', examples: ['computer'] })
    .optional(),
  windows: windows
    .meta({
      description: 'begin and end of each word in seconds; what is heard elsewhere is a false accept',
      examples: [[[1.2, 1.8]]],
    })
    .optional(),
});

const paths = z.array(text).max(1000);

export const suiteFileSchema = z
  .strictObject({
    $schema: z.string().meta({ description: 'for completion in editors' }).optional(),
    version: z.literal(1).meta({ description: 'version of this file’s format', examples: [1] }),
    name: text.meta({ description: 'name of the suite', examples: ['kitchen'] }).optional(),
    limits: limitsSchema
      .meta({ description: 'what the suite is held against', examples: [{ maxMisses: 2 }] })
      .optional(),
    toleranceMs: padding('so long after its end a word may still be heard, in ms; 1000 unless told', 1000),
    leadMs: padding('audio before each clip in ms; what the models need unless told', 2000),
    tailMs: padding('audio after each clip in ms; 1000 unless told', 1000),
    positives: paths
      .meta({
        description: 'folders or files with one word each, as evaluate takes them (PATH=LABEL says which)',
        examples: [['computer/']],
      })
      .optional(),
    negatives: paths
      .meta({ description: 'folders or files without a word', examples: [['speech/']] })
      .optional(),
    clips: z
      .array(clip)
      .max(MOST_CLIPS)
      .meta({ description: 'recordings one by one', examples: [[{ file: 'kitchen.wav' }]] })
      .optional(),
  })
  .meta({ title: 'suite', description: 'A labelled set of recordings for kws-gen test.' });

/** Truth files of MLPerf Tiny's streaming benchmark. */
export const truthFileSchema = z
  .array(
    z.object({
      wav_file: text,
      sample_rate: z.number().optional(),
      length_sec: z.number().optional(),
      detection_windows: z.array(pair).max(MOST_WINDOWS),
    }),
  )
  .min(1)
  .max(MOST_CLIPS);

export type SuiteFile = z.infer<typeof suiteFileSchema>;
export type ClipEntry = z.infer<typeof clip>;

/** The JSON schema's text for editors, exactly as `schemas/suite.schema.json` must read. */
export function suiteJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(suiteFileSchema, { io: 'input', target: 'draft-07' }), null, 2)}\n`;
}
