/**
 * The one module through which names and values become C++: identifiers, literals, arrays, comments.
 *
 * Owns: escaping. Labels, model names and file names are untrusted text; whatever they hold, the generated
 * source means exactly these bytes and nothing else. Leaves to others: what is written
 * (templates/project/, `aot.ts`, …).
 */

const COLUMNS = 100;

/** Words a C++17 compiler keeps for itself, as far as they could come out of `identifier`. */
const RESERVED = new Set(
  `alignas alignof and asm auto bitand bitor bool break case catch char class compl const constexpr continue
   decltype default delete do double else enum explicit export extern false float for friend goto if inline int
   long mutable namespace new noexcept not nullptr operator or private protected public register return short
   signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned using
   virtual void volatile wchar_t while xor main std kws linux unix arm i386`.split(/\s+/),
);

/**
 * A C++ identifier made of `name`: lower case letters, digits and single underscores, at most 48 characters,
 * never a keyword, never with a double or leading underscore, and different from everything in `taken`
 * (to which it is added).
 */
export function identifier(name: string, taken: Set<string> = new Set()): string {
  let base = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+/, '')
    .slice(0, 48)
    .replace(/_+$/, '');
  if (base === '' || /^[0-9]/.test(base) || RESERVED.has(base)) base = base === '' ? 'x' : `x_${base}`;
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}_${n}`;
  taken.add(id);
  return id;
}

/**
 * A narrow string literal of the text's UTF-8 bytes. Everything but plain printable ASCII is a three-digit
 * octal escape (which, unlike a hexadecimal one, cannot swallow the character after it); `?` is escaped
 * against trigraphs.
 */
export function stringLiteral(text: string): string {
  let body = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    const plain = byte >= 0x20 && byte < 0x7f && char !== '"' && char !== '\\' && char !== '?';
    body += plain ? char : `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `"${body}"`;
}

/** Text as it may stand in a comment of either kind: one line, printable ASCII, neither `*` `/` pairs nor a trailing backslash. */
export function commentText(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/\\/g, '/')
    .replace(/\?\?/g, '? ?')
    .replace(/\*\//g, '* /')
    .replace(/\/\*/g, '/ *');
}

/** An integer literal of type int (or larger where the value asks for it), as valid for INT32_MIN as for 0. */
export function intLiteral(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer`);
  if (value === -2147483648) return '(-2147483647 - 1)'; // 2147483648 is no int
  if (value > 0xffffffff || value < -2147483648) return `${value}LL`;
  return value > 2147483647 ? `${value}U` : String(value);
}

/** A float literal that means exactly `Math.fround(value)`; nine digits identify every float. */
export function floatLiteral(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) throw new RangeError(`${value} is no finite float`);
  if (Object.is(single, -0)) return '-0.0f';
  const digits = single
    .toPrecision(9)
    .replace(/(\.\d*?)0+(e|$)/, '$1$2')
    .replace(/\.(e|$)/, '.0$1');
  return `${/[.e]/.test(digits) ? digits : `${digits}.0`}f`;
}

/** Literals joined by commas and wrapped at 100 columns, every line indented. */
export function wrapped(items: readonly string[], indent = 4): string {
  const pad = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    const next = line === '' ? `${pad}${item},` : `${line} ${item},`;
    if (next.length > COLUMNS && line !== '') {
      lines.push(line);
      line = `${pad}${item},`;
    } else line = next;
  }
  if (line !== '') lines.push(line);
  return lines.join('\n');
}

export interface ArrayDeclaration {
  /** Everything before the name: `alignas(16) const int8_t`. */
  readonly type: string;
  readonly name: string;
  readonly items: readonly string[];
}

/** `type name[N] = {…};`, on one line where it fits. An empty array is declared with one zero element. */
export function arrayDefinition({ type, name, items }: ArrayDeclaration): string {
  const values = items.length === 0 ? ['0'] : items;
  const head = `${type} ${name}[${values.length}] = {`;
  const line = `${head}${values.join(', ')}};`;
  return line.length <= COLUMNS ? line : `${head}\n${wrapped(values)}\n};`;
}

/** Bytes as `unsigned char` literals. */
export function byteItems(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte) => String(byte));
}
