/** Kinds of fields that several parts of `kws.json` have. */
import { z } from 'zod';

/** What models, labels and boards are called: safe in C, in paths and in the protocol's lines. */
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

export const name = (description: string, example: string) =>
  z
    .string()
    .regex(
      NAME_PATTERN,
      'must begin with a letter or digit and have only letters, digits, _ - . (at most 64)',
    )
    .meta({ description, examples: [example] });

/** Text without control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
export const oneLine = /^[^\u0000-\u001f\u007f]*$/;
export const line = (description: string, example: string) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(1024)
    .regex(oneLine, 'must not contain control characters')
    .meta({ description, examples: [example] });

export const label = z
  .string()
  .min(1, 'must not be empty')
  .max(64)
  .regex(oneLine, 'must not contain control characters')
  .meta({ description: 'a label', examples: ['yes'] });

export const whole = (least: number, most: number, description: string, example: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .meta({ description, examples: [example] });
