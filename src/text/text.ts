/**
 * Text that came from elsewhere (labels, device messages, file names), made safe and measurable for a
 * terminal.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
/**
 * Control characters, line and paragraph ends, marks that steer the writing direction (UAX #9), and characters that
 * nobody sees but programs read: the byte order mark, annotations, tags.
 */
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** One line without anything that moves the cursor, changes colours or steers the writing direction. */
export function printable(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROL, '\ufffd');
}

/** JSON with those characters as escapes: the same value, and nothing that a terminal would obey. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(CONTROL, (found) =>
    [...Array(found.length).keys()]
      .map((i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Columns a text takes: colour codes none, wide (East Asian, emoji) characters two. */
export function columns(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPES, '')) {
    if (/\p{Mark}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/**
 * Broken at spaces into lines of at most `width` columns, further ones indented by two more than the first; words
 * that are longer stay whole. Without a width as it is.
 */
export function wrapWords(line: string, width: number | undefined): string {
  if (width === undefined || columns(line) <= width) return line;
  const [indent = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let current = '';
  // A word with the spaces before it: those of a table's columns stay within a line.
  for (const [, gap, word] of line.trim().matchAll(/( *)([^ ]+)/g)) {
    if (current === '') current = `${indent}${word}`;
    else if (columns(current) + gap!.length + columns(word!) <= width) current += `${gap}${word}`;
    else {
      lines.push(current);
      current = `${indent}  ${word}`;
    }
  }
  return [...lines, current].join('\n');
}

export function padColumns(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** At most `width` columns; what is cut off is marked by `…`. For text without colour codes. */
export function truncate(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (columns(kept + character) > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
