/**
 * Text that came from elsewhere (labels, device messages, file names), made safe and measurable for a
 * terminal.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Without anything that moves the cursor, changes colours or reverses the writing direction. */
export function printable(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROL, '\ufffd');
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
