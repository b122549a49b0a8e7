/**
 * A model's detector in the text of kws.json, replaced; every other byte stays.
 *
 * Owns: finding the place, the layout of what is written. Leaves to others: what is written (`entry.ts`).
 */

interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly start: number;
  readonly end: number;
}

/**
 * @param text a kws.json that is valid
 * @param index of the model in `models`
 */
export function withDetector(text: string, index: number, detector: object): string {
  const root = members(text, text.indexOf('{'));
  const models = elements(text, root.find(({ key }) => key === 'models')!.start);
  const model = members(text, models[index]!);
  const own = model.find(({ key }) => key === 'detector');
  const last = model.at(-1)!;
  const layout = layoutOf(text, (own ?? last).keyStart);
  if (own !== undefined) return text.slice(0, own.start) + written(detector, layout) + text.slice(own.end);
  const separator = layout === undefined ? ',' : `,${layout.newline}${layout.indent}`;
  const colon = layout === undefined ? ':' : ': ';
  return `${text.slice(0, last.end)}${separator}"detector"${colon}${written(detector, layout)}${text.slice(last.end)}`;
}

/**
 * The file with a value at a place; objects on the way to it that are not there are made.
 * @param path of keys, from the file's own object
 */
export function withValue(text: string, path: readonly string[], value: unknown): string {
  let start = text.indexOf('{');
  for (const [depth, key] of path.entries()) {
    const all = members(text, start);
    const own = all.find((member) => member.key === key);
    const rest = path.slice(depth + 1);
    const last = all.at(-1);
    if (own === undefined) {
      const made = rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
      const member = `${JSON.stringify(key)}: ${inline(made)}`;
      if (last === undefined)
        return `${text.slice(0, start + 1)} ${member} ${text.slice(next(text, start + 1))}`;
      const onOneLine = !text.slice(start, last.keyStart).includes('\n');
      const layout = layoutOf(text, last.keyStart);
      const separator = onOneLine || layout === undefined ? ', ' : `,${layout.newline}${layout.indent}`;
      return `${text.slice(0, last.end)}${separator}${member}${text.slice(last.end)}`;
    }
    if (rest.length === 0) return text.slice(0, own.start) + JSON.stringify(value) + text.slice(own.end);
    start = own.start;
  }
  return text;
}

/** How the file is laid out there; undefined where it is on one line. */
interface Layout {
  readonly newline: string;
  /** Before the key. */
  readonly indent: string;
  /** One level. */
  readonly unit: string;
}

function layoutOf(text: string, keyStart: number): Layout | undefined {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (!text.trim().includes('\n')) return undefined;
  const line = text.slice(text.lastIndexOf('\n', keyStart) + 1, keyStart);
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  return { newline, indent: /^[ \t]*/.exec(line)![0], unit };
}

/** A field per line; what is in them stays on it. */
function written(detector: object, layout: Layout | undefined): string {
  if (layout === undefined) return JSON.stringify(detector);
  const { newline, indent, unit } = layout;
  const lines = Object.entries(detector).map(
    ([key, value]) => `${indent}${unit}${JSON.stringify(key)}: ${inline(value)}`,
  );
  return `{${newline}${lines.join(`,${newline}`)}${newline}${indent}}`;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${inline(inner)}`);
  return `{ ${fields.join(', ')} }`;
}

/** Of the object that begins at `start`. */
function members(text: string, start: number): readonly Member[] {
  const all: Member[] = [];
  for (let at = next(text, start + 1); text[at] === '"'; ) {
    const keyEnd = valueEnd(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const valueStart = next(text, next(text, keyEnd) + 1);
    const end = valueEnd(text, valueStart);
    all.push({ key, keyStart: at, start: valueStart, end });
    at = next(text, end);
    if (text[at] === ',') at = next(text, at + 1);
  }
  return all;
}

/** Where the elements of the array begin that begins at `start`. */
function elements(text: string, start: number): readonly number[] {
  const all: number[] = [];
  for (let at = next(text, start + 1); text[at] !== ']'; ) {
    all.push(at);
    at = next(text, valueEnd(text, at));
    if (text[at] === ',') at = next(text, at + 1);
  }
  return all;
}

/** The next place that is no white space. */
function next(text: string, at: number): number {
  let place = at;
  while (/\s/.test(text[place] ?? 'x')) place++;
  return place;
}

/** Behind the value that begins at `start`; does not recurse over the user's nesting. */
function valueEnd(text: string, start: number): number {
  const token = /"(?:[^"\\]|\\.)*"|[[{]|[\]}]|[^\s"[\]{},:]+/y;
  let depth = 0;
  let at = start;
  do {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) {
      at++;
      continue;
    }
    if (match[0] === '{' || match[0] === '[') depth++;
    if (match[0] === '}' || match[0] === ']') depth--;
    at = token.lastIndex;
  } while (depth > 0 && at < text.length);
  return at;
}
