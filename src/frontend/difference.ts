/** Where two descriptions differ, for messages. */
import { fieldName } from '../diagnostics/schema-problems.js';
import type { FrontendSpec } from './spec.js';

interface FieldDifference {
  /** As one would write it: `filterbank.upperBandLimit`. */
  readonly field: string;
  /** JSON; undefined: the field is not there. */
  readonly first: unknown;
  readonly second: unknown;
}

/** Fields in which two descriptions differ, down to single values, in the order of the first. */
function fieldDifferences(a: FrontendSpec, b: FrontendSpec): readonly FieldDifference[] {
  return differences(a, b, []);
}

/** `window.form: "periodic" here, "symmetric" there`, one line per field; empty where both are the same. */
export function describeDifference(
  a: FrontendSpec,
  b: FrontendSpec,
  [here, there]: readonly [string, string] = ['here', 'there'],
): readonly string[] {
  return fieldDifferences(a, b).map(
    ({ field, first, second }) => `${field}: ${text(first)} ${here}, ${text(second)} ${there}`,
  );
}

const text = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));

function differences(a: unknown, b: unknown, path: readonly string[]): FieldDifference[] {
  if (isObject(a) && isObject(b)) {
    const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...fields].flatMap((field) => differences(a[field], b[field], [...path, field]));
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [{ field: fieldName(path), first: a, second: b }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
