/**
 * What a schema found wrong with a JSON file (kws.json, a board, a manifest), in its user's words: every
 * problem names the field as one would write it (`models[0].detector.cutoff`), the value that stands there,
 * and the fix, made of the schema's own descriptions and examples.
 *
 * Leaves to others: the rules (the schemas), reading files, printing.
 */
import { z } from 'zod';
import type { Problem } from './errors.js';
import { nearest } from './nearest.js';

export type FieldPath = readonly PropertyKey[];

/** `models[0].detector.cutoff`; keys that are no identifiers in quotes. */
export function fieldName(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(part))) text += `${text === '' ? '' : '.'}${String(part)}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

const SHOWN = 60;

/** A value as JSON, short enough for a message. However deep or large it is, only its beginning is looked at. */
export function shown(value: unknown): string {
  const text = JSON.stringify(beginning(value, 4)) ?? 'nothing';
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 3)}…` : text;
}

function beginning(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, SHOWN);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.slice(0, SHOWN).map((item) => beginning(item, depth - 1));
  const entries = Object.entries(value).slice(0, SHOWN);
  return Object.fromEntries(entries.map(([key, item]) => [key, beginning(item, depth - 1)]));
}

export function fieldProblem(file: string, path: FieldPath, problem: Omit<Problem, 'where'>): Problem {
  const field = fieldName(path);
  return { ...problem, where: field === '' ? file : `${file}, ${field}` };
}

function valueAt(root: unknown, path: FieldPath): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** Through optional(), default() and unions (their object) to the schema that lists keys. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional) return unwrapped(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion) {
    const options = schema.options as readonly z.ZodType[];
    return options.find((option) => option instanceof z.ZodObject) ?? options[0]!;
  }
  return schema;
}

function schemaAt(schema: z.ZodType, path: FieldPath): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema;
  for (const part of path) {
    at = unwrapped(at);
    if (at instanceof z.ZodObject) at = at.shape[String(part)] as z.ZodType | undefined;
    else if (at instanceof z.ZodArray) at = at.element as z.ZodType;
    else if (at instanceof z.ZodRecord) at = at.valueType as z.ZodType;
    else return undefined;
    if (at === undefined) return undefined;
  }
  return at;
}

interface Described {
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

/** "Describe what belongs here", from the schema's own description. */
function advice(schema: z.ZodType | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const meta = { ...(unwrapped(schema).meta() as Described), ...(schema.meta() as Described) };
  if (meta.description === undefined) return undefined;
  const example = meta.examples?.[0];
  return `give ${meta.description}${example === undefined ? '' : `, such as ${JSON.stringify(example)}`}`;
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text in quotes',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'an object in { }',
  record: 'an object in { }',
};

type Issue = z.core.$ZodIssue;

/** In a union of "preset name or object", the branch the user meant is told by the value's own type. */
function unfold(issue: Issue, root: unknown): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const value = valueAt(root, issue.path);
  const branches = issue.errors.map((branch) =>
    branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }) as Issue),
  );
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const chosen = branches.find(
    (branch) =>
      branch.some((inner) => inner.path.length > issue.path.length || inner.code === 'unrecognized_keys') ===
      isObject,
  );
  return (chosen ?? branches[0] ?? []).flatMap((inner) => unfold(inner, root));
}

function explain(issue: Issue, root: unknown, schema: z.ZodType, file: string): Problem[] {
  const value = valueAt(root, issue.path);
  const next = advice(schemaAt(schema, issue.path));
  const problem = (what: string, fix: string | undefined = next) =>
    fieldProblem(file, issue.path, fix === undefined ? { what } : { what, next: fix });
  if (value === undefined && issue.code !== 'unrecognized_keys') return [problem('is missing')];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, issue.path, schema, file));
    case 'invalid_type':
      return [problem(`${shown(value)} is not ${TYPES[issue.expected] ?? `a ${issue.expected}`}`)];
    case 'invalid_value': {
      const known = issue.values.map(String);
      const near = typeof value === 'string' ? nearest(value, known) : undefined;
      const fix =
        near === undefined ? `use ${listed(issue.values)}` : `did you mean ${JSON.stringify(near)}?`;
      return [problem(`${shown(value)} is not known here`, fix)];
    }
    case 'too_small':
    case 'too_big': {
      if (issue.origin === 'array' || issue.origin === 'string') return [problem(sizeProblem(issue, value))];
      const bound = issue.code === 'too_small' ? `below ${issue.minimum}` : `above ${issue.maximum}`;
      return [problem(`${shown(value)} is ${bound}`)];
    }
    case 'invalid_key':
      return [
        problem(
          `the key ${JSON.stringify(issue.path.at(-1))} ${issue.issues[0]?.message ?? 'is not allowed'}`,
        ),
      ];
    default:
      return [problem(`${shown(value)} ${issue.message}`)];
  }
}

function sizeProblem(issue: Issue & { code: 'too_small' | 'too_big' }, value: unknown): string {
  const things = issue.origin === 'array' ? 'entries' : 'characters';
  const length = (value as { readonly length: number }).length;
  if (length === 0) return 'is empty';
  return issue.code === 'too_small'
    ? `has ${length} ${things}, fewer than ${issue.minimum}`
    : `has ${length} ${things}, more than ${issue.maximum}`;
}

function unknownKey(key: string, path: FieldPath, schema: z.ZodType, file: string): Problem {
  const at = schemaAt(schema, path);
  const object = at === undefined ? undefined : unwrapped(at);
  const known = object instanceof z.ZodObject ? Object.keys(object.shape) : [];
  const near = nearest(key, known);
  const fields = known.filter((name) => name !== '$schema').join(', ');
  return fieldProblem(file, [...path, key], {
    what: 'there is no such field',
    next: near === undefined ? `remove it; the fields here are ${fields}` : `did you mean ${near}?`,
  });
}

function listed(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length < 2 ? (texts[0] ?? '') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

/** Everything the schema finds, in the order of the file. */
export function schemaProblems(error: z.ZodError, root: unknown, schema: z.ZodType, file: string): Problem[] {
  return error.issues
    .flatMap((issue) => unfold(issue, root))
    .flatMap((issue) => explain(issue, root, schema, file));
}
