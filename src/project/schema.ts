/**
 * `kws.json`, version 1: the single source of its types, of `schemas/kws.schema.json` and of every check
 * that needs nothing but the file itself.
 *
 * Owns: fields, ranges, descriptions, examples (both appear in editors and in error messages).
 * Leaves to others: what is about the device (`schema-device.ts`), what the fields mean together and with the models
 * (`resolve.ts`), messages (`diagnostics/schema-problems.ts`).
 */
import { z } from 'zod';
import { MAX_OUTPUTS, MAX_WINDOW } from '../detector/check.js';
import { DETECTOR_PRESETS } from '../detector/settings.js';
import { FRONTEND_PRESETS } from '../frontend/presets.js';
import { BANDS_FIELDS } from '../frontend/schema.js';
import { microSettings, spectralSettings } from '../frontend/settings.js';
import { RUNTIMES } from '../model/runtime.js';
import { limitsSchema } from './limits.js';
import { action, board, serial } from './schema-device.js';
import { label, line, name, whole } from './schema-fields.js';
import { SLEEP_POLICIES } from './types.js';

const presetNames = <T extends object>(presets: T) => Object.keys(presets) as [keyof T & string];

const frontendPreset = z
  .enum(presetNames(FRONTEND_PRESETS))
  .meta({ description: 'the front end the model was trained with', examples: ['micro-wake-word'] });

const frontendObject = z
  .strictObject({
    preset: frontendPreset,
    kind: z
      .enum(['micro', 'spectral', 'bands'])
      .meta({ description: 'kind of front end, where no preset says it', examples: ['spectral'] }),
    version: z.literal(1).meta({ description: 'version of the description', examples: [1] }),
    ...spectralSettings,
    windowMs: z
      .number()
      .min(1)
      .max(1000)
      .meta({ description: 'micro: length of the analysis window in ms', examples: [30] }),
    stepMs: z
      .number()
      .min(1)
      .max(1000)
      .meta({ description: 'micro, bands: time from one frame to the next in ms', examples: [10] }),
    channels: whole(1, 128, 'micro: number of filter-bank channels', 40),
    lowerBandLimit: whole(0, 48_000, 'micro: lower end of the filter bank in Hz', 125),
    upperBandLimit: whole(1, 48_000, 'micro: upper end of the filter bank in Hz', 7500),
    tables: z
      .enum(['c', 'tflm', 'mltk'])
      .meta({ description: 'micro: which rounding the tables have', examples: ['c'] }),
    quantization: z.literal('micro-speech').meta({
      description: 'micro: features become int8 by micro_speech’s rule, whatever scale the input declares',
      examples: ['micro-speech'],
    }),
    ...microSettings,
    ...BANDS_FIELDS,
  })
  .partial();

const detectorPreset = z
  .enum(presetNames(DETECTOR_PRESETS))
  .meta({ description: 'whose decision rule is followed', examples: ['micro-wake-word'] });

const amount = (description: string, example: number) =>
  z
    .number()
    .min(0)
    .meta({ description, examples: [example] });

const tuned = z.strictObject({
  maxFaPerHour: amount('false accepts per hour that were allowed', 0.5),
  falseAcceptsPerHour: amount('false accepts per hour that there were', 0.4),
  falseAcceptsAtMost: amount('what that proves: the upper 95 % bound per hour', 1.4).optional(),
  misses: whole(0, 1e9, 'clips that were missed', 3),
  clips: whole(0, 1e9, 'positive clips', 120),
  hours: amount('hours of negatives', 5),
  date: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date such as 2026-01-31')
    .meta({ description: 'when', examples: ['2026-01-31'] })
    .optional(),
});

const detectorObject = z.strictObject({
  preset: detectorPreset.optional(),
  cutoff: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'mean probability above which a label counts as heard, 0 to 1', examples: [0.97] })
    .optional(),
  window: whole(1, MAX_WINDOW, 'number of inferences averaged', 5).optional(),
  minimum: whole(1, MAX_WINDOW, 'inferences needed before anything is decided', 1).optional(),
  partialWindow: z
    .enum(['zeros', 'present'])
    .meta({
      description: 'what a window that is not yet full is divided by: its length, or what is there',
      examples: ['zeros'],
    })
    .optional(),
  mean: z
    .enum(['exact', 'floor'])
    .meta({
      description: 'whether means are compared as they are or rounded down first',
      examples: ['exact'],
    })
    .optional(),
  refractoryMs: z
    .number()
    .min(0)
    .max(600_000)
    .meta({ description: 'time after a detection without another one, in ms', examples: [1000] })
    .optional(),
  refractoryInclusive: z
    .boolean()
    .meta({ description: 'whether that time still holds when it has exactly passed', examples: [false] })
    .optional(),
  refractoryCounts: z
    .enum(['every-step', 'steps-below-cutoff'])
    .meta({ description: 'which feature steps count towards that time', examples: ['every-step'] })
    .optional(),
  startDeaf: z
    .boolean()
    .meta({ description: 'whether that time runs after a reset too', examples: [true] })
    .optional(),
  refractoryFor: z
    .enum(['all', 'same-label'])
    .meta({ description: 'whether that time holds for every label', examples: ['all'] })
    .optional(),
  deafInference: z
    .enum(['forgotten', 'judged-later'])
    .meta({ description: 'what becomes of an inference that falls into that time', examples: ['forgotten'] })
    .optional(),
  clearOnDetect: z
    .boolean()
    .meta({ description: 'whether a detection forgets the averaged probabilities', examples: [true] })
    .optional(),
  targets: z
    .array(label)
    .min(1)
    .meta({ description: 'the labels that are detected; the others only compete', examples: [['yes', 'no']] })
    .optional(),
  competition: z
    .enum(['top', 'each'])
    .meta({ description: 'whether a target must also be the highest of all outputs', examples: ['top'] })
    .optional(),
  tuned: tuned
    .meta({ description: 'where cutoff and window come from: written by kws-gen tune, read by people' })
    .optional(),
});

const paths = z
  .union([
    line('a folder of recordings, or features, relative to kws.json', 'recordings/'),
    z.array(line('a folder of recordings, or features, relative to kws.json', 'recordings/')).min(1).max(100),
  ])
  .meta({ description: 'recordings or features, relative to kws.json', examples: ['recordings/'] });

const range = z
  .tuple([z.number(), z.number()])
  .refine(([least, greatest]) => least < greatest, { error: 'must have the lesser number first' })
  .meta({ description: 'least and greatest value', examples: [[0, 26]] });

const quantize = z.strictObject({
  calibrate: paths,
  method: z
    .enum(['min-max', 'mse', 'percentile'])
    .meta({ description: 'how ranges are chosen', examples: ['min-max'] })
    .optional(),
  percentile: z
    .number()
    .gt(50)
    .max(100)
    .meta({ description: 'how many of a hundred values lie within the range', examples: [99.99] })
    .optional(),
  pin: z
    .record(z.string(), range)
    .meta({
      description: 'ranges that are given, by tensor; input is the model’s input',
      examples: [{ input: [0, 26] }],
    })
    .optional(),
});

const model = z.strictObject({
  name: name('name of the model, as in the lines of the board', 'okay_nabu'),
  file: line('model file, relative to kws.json', 'okay_nabu.tflite'),
  labels: z
    .array(label)
    .min(1)
    .max(MAX_OUTPUTS)
    .meta({ description: 'one label per model output, in its order', examples: [['okay nabu']] })
    .optional(),
  output: z
    .enum(['logits', 'probabilities'])
    .meta({
      description:
        'what the model’s outputs are: logits, of which a softmax (several) or a sigmoid (one) is taken, or probabilities as they are (default: what the model itself tells)',
      examples: ['logits'],
    })
    .optional(),
  quantize: quantize
    .meta({
      description: 'how a float model becomes int8 whenever firmware is made',
      examples: [{ calibrate: 'recordings/' }],
    })
    .optional(),
  hop: whole(
    1,
    10_000,
    'feature steps from one inference to the next; a streaming model’s is fixed',
    5,
  ).optional(),
  incremental: z
    .enum(['auto', 'on', 'off'])
    .meta({
      description:
        'whether a model that takes whole windows computes at a hop only what is new: where that saves and fits (auto, the default), wherever it can (on), never (off); the numbers are the same',
      examples: ['auto'],
    })
    .optional(),
  detector: z
    .union([detectorPreset, detectorObject])
    .meta({ description: 'a preset, or its settings', examples: ['micro-wake-word'] })
    .optional(),
  manifest: z
    .record(z.string().max(100), z.unknown())
    .meta({
      description:
        'what the model’s microWakeWord manifest says beside all this; an export for ESPHome has it again',
      examples: [{ author: 'A. Author' }],
    })
    .optional(),
});

export const kwsFileSchema = z
  .strictObject({
    $schema: z.string().meta({ description: 'for completion in editors' }).optional(),
    version: z.literal(1).meta({ description: 'version of this file’s format', examples: [1] }),
    name: name('name of the project', 'okay_nabu'),
    board: line('the board that is used when none is named', 'virtual-cortex-m4').optional(),
    runtime: z
      .enum(RUNTIMES)
      .meta({ description: 'runtime, unless the board has its own', examples: ['aot'] })
      .optional(),
    frontend: z
      .union([frontendPreset, frontendObject])
      .meta({ description: 'a preset, or its settings', examples: ['micro-wake-word'] }),
    models: z
      .array(model)
      .min(1)
      .max(16)
      .meta({ description: 'the wake-word models, which share the front end' }),
    gate: model
      .meta({ description: 'a voice-activity model without whose consent nothing is detected' })
      .optional(),
    limits: limitsSchema
      .meta({
        description: 'what evaluate and test hold the project against; a suite may have its own',
        examples: [{ maxMisses: 2 }],
      })
      .optional(),
    actions: z
      .array(action)
      .max(100)
      .meta({
        description: 'what happens on a detection: pins, and lines of text',
        examples: [[{ on: 'yes', pin: 'LED_BUILTIN', ms: 500 }]],
      })
      .optional(),
    sleep: z
      .enum(SLEEP_POLICIES)
      .meta({
        description:
          'what the board does while there is nothing to do: off (go round), light (sleep for a millisecond at most), deep (for up to 8 ms)',
        examples: ['deep'],
      })
      .optional(),
    serial: serial
      .meta({
        description: 'what the serial line speaks beside the protocol of kws-gen',
        examples: [{ text: 'edge-impulse' }],
      })
      .optional(),
    boards: z
      .record(z.string(), board)
      .meta({ description: 'settings per board', examples: [{ native: { runtime: 'aot' } }] })
      .optional(),
  })
  .meta({ title: 'kws.json', description: 'A kws-gen project.' });

/** `kws.json` as written. */
export type KwsFile = z.infer<typeof kwsFileSchema>;
export type ModelEntry = KwsFile['models'][number];
export type QuantizeEntry = NonNullable<ModelEntry['quantize']>;
export type DetectorEntry = NonNullable<ModelEntry['detector']>;
export type ActionEntry = NonNullable<KwsFile['actions']>[number];
export type FrontendEntry = KwsFile['frontend'];
export type BoardOverrides = NonNullable<KwsFile['boards']>[string];

/** The JSON schema's text for editors, exactly as `schemas/kws.schema.json` must read. */
export function kwsJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(kwsFileSchema, { io: 'input', target: 'draft-07' }), null, 2)}\n`;
}
