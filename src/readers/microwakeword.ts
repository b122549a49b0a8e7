/**
 * microWakeWord manifests, versions 1 and 2: the JSON file beside a wake-word model that says how it is
 * to be run.
 *
 * Specification: ESPHome's component micro_wake_word (manifest schemas and the defaults it gives version 1).
 * Leaves to others: reading the model it names, the detector's rule (`detector/`).
 */
import { z } from 'zod';
import { inputError } from '../diagnostics/errors.js';
import { schemaProblems } from '../diagnostics/schema-problems.js';

export interface MicroWakeWordManifest {
  readonly wakeWord: string;
  /** As the manifest writes it: relative to the manifest's own folder. */
  readonly model: string;
  readonly version: 1 | 2;
  /** 0…1 */
  readonly cutoff: number;
  /** Inferences averaged. */
  readonly window: number;
  /** Step of the front end; version 1 models were trained with 20 ms. */
  readonly stepMs: number;
  /** Bytes ESPHome reserves for the interpreter; version 2 only. */
  readonly tensorArenaSize?: number;
  /** Whether it is a voice-activity model, which gates others. */
  readonly isVad: boolean;
  readonly author?: string;
  readonly website?: string;
  readonly languages: readonly string[];
  /** Every field that is not above or has no place in kws.json, as it is written: for another manifest of the model. */
  readonly kept: Readonly<Record<string, unknown>>;
}

const MOST_BYTES = 64 * 1024;

const text = (description: string) => z.string().min(1).max(500).meta({ description });
const whole = (least: number, most: number, description: string) =>
  z.int().min(least).max(most).meta({ description });

const common = {
  type: z.literal('micro'),
  wake_word: text('the wake word as text'),
  author: text("the author's name").optional(),
  website: text("the author's website").optional(),
  trained_languages: z
    .array(text('a language code such as "en"'))
    .max(100)
    .meta({ description: 'a list of language codes' })
    .optional(),
  model: text('the name of the model file, relative to the manifest').refine(
    (path) => !/^[a-z]+:\/\//i.test(path),
    { error: 'is an address on the network' },
  ),
};
const cutoff = z.number().min(0).max(1).meta({ description: 'a number from 0 to 1' });
const window = whole(1, 255, 'the number of inferences averaged, from 1 to 255');

const V1 = z
  .looseObject({
    ...common,
    version: z.literal(1),
    micro: z
      .looseObject({ probability_cutoff: cutoff, sliding_window_average_size: window })
      .meta({ description: 'an object with the settings of the model' }),
  })
  .meta({ description: 'a manifest' });
const V2 = z
  .looseObject({
    ...common,
    version: z.literal(2),
    micro: z
      .looseObject({
        probability_cutoff: cutoff,
        sliding_window_size: window,
        feature_step_size: whole(1, 30, 'the step of the front end in ms, from 1 to 30'),
        tensor_arena_size: whole(1, 1 << 26, 'a number of bytes, from 1 to 67108864').optional(),
      })
      .meta({ description: 'an object with the settings of the model' }),
  })
  .meta({ description: 'a manifest' });
/** Where the version is wrong, that is said together with the mistakes of what all versions share. */
const ANY = z.looseObject({ ...common, version: z.literal([1, 2]) }).meta({ description: 'a manifest' });

/** Whether a JSON file is meant as a microWakeWord manifest; cheap, never throws. */
export function isManifest(json: string): boolean {
  return json.length <= MOST_BYTES && /^\s*\{/.test(json) && /"micro"/.test(json) && /"wake_word"/.test(json);
}

/**
 * @param json text of the manifest
 * @param where its file name, for messages
 * @throws an input error with every mistake: field, value, fix
 */
export function readManifest(json: string, where: string): MicroWakeWordManifest {
  const value = parse(json, where);
  const version = typeof value === 'object' && value !== null ? (value as { version?: unknown }).version : 0;
  if (version === 1) {
    refuseLaterFields(value, where);
    return fromV1(check(V1, value, where));
  }
  if (version === 2) return fromV2(check(V2, value, where));
  throw inputError(schemaProblems(ANY.safeParse(value).error!, value, ANY, where));
}

/** What only version 2 has. */
const LATER = ['feature_step_size', 'sliding_window_size', 'tensor_arena_size'] as const;

/** Version 1 means a step of 20 ms: with fields that say otherwise the manifest contradicts itself. */
function refuseLaterFields(value: unknown, where: string): void {
  const { micro } = value as { readonly micro?: unknown };
  if (typeof micro !== 'object' || micro === null) return;
  const later = LATER.filter((field) => Object.hasOwn(micro, field));
  if (later.length === 0) return;
  throw inputError({
    what: `says version 1 and has fields of version 2: ${later.join(', ')}`,
    where: `${where}, version`,
    why: 'version 1 models were trained with a step of 20 ms, those of version 2 with what feature_step_size says',
    next: 'write "version": 2 if it is of that version, or remove those fields',
  });
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw inputError(schemaProblems(parsed.error, value, schema, where));
  return parsed.data;
}

function parse(json: string, where: string): unknown {
  if (json.length > MOST_BYTES)
    throw inputError({
      what: `has ${json.length} characters; a manifest has at most ${MOST_BYTES}`,
      where,
      next: 'give the .json file that lies beside the model',
    });
  try {
    return JSON.parse(json);
  } catch (error) {
    throw inputError(
      {
        what: 'is not JSON',
        where,
        why: (error as Error).message,
        next: 'correct the file, or give the .json file that lies beside the model',
      },
      { cause: error },
    );
  }
}

function shared(manifest: z.infer<typeof V1> | z.infer<typeof V2>) {
  const { wake_word: wakeWord, model, author, website, trained_languages: languages = [] } = manifest;
  return {
    wakeWord,
    model,
    cutoff: manifest.micro.probability_cutoff,
    isVad: /^vad$/i.test(wakeWord.trim()),
    languages,
    kept: keptOf(manifest),
    ...(author === undefined ? {} : { author }),
    ...(website === undefined ? {} : { website }),
  };
}

/** What a project says itself: the model, its label, its detector, and with the version the front end's step. */
const TOLD: ReadonlySet<string> = new Set(['type', 'wake_word', 'model', 'version', 'micro']);
const TOLD_OF_MODEL: ReadonlySet<string> = new Set([
  'probability_cutoff',
  'sliding_window_size',
  'sliding_window_average_size',
  'feature_step_size',
]);

function keptOf(
  manifest: Readonly<Record<string, unknown>> & { readonly micro: object },
): Record<string, unknown> {
  const without = (fields: object, told: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(fields).filter(([field]) => !told.has(field)));
  const micro = without(manifest.micro, TOLD_OF_MODEL);
  return { ...without(manifest, TOLD), ...(Object.keys(micro).length === 0 ? {} : { micro }) };
}

function fromV1(manifest: z.infer<typeof V1>): MicroWakeWordManifest {
  return {
    ...shared(manifest),
    version: 1,
    window: manifest.micro.sliding_window_average_size,
    stepMs: 20,
  };
}

function fromV2(manifest: z.infer<typeof V2>): MicroWakeWordManifest {
  const { sliding_window_size, feature_step_size, tensor_arena_size } = manifest.micro;
  return {
    ...shared(manifest),
    version: 2,
    window: sliding_window_size,
    stepMs: feature_step_size,
    ...(tensor_arena_size === undefined ? {} : { tensorArenaSize: tensor_arena_size }),
  };
}
