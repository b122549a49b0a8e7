/**
 * Changes to sources as documents show them: `--- path`, then lines with a space, a plus or a minus before them, and
 * `@@` between places. There are no line numbers: a place is where its lines stand, once.
 */

export interface FilePatch {
  readonly path: string;
  readonly places: readonly (readonly string[])[];
}

/** @param text of one block */
export function parsePatch(text: string): FilePatch[] {
  return text
    .split(/^--- /m)
    .slice(1)
    .map((part) => {
      const [path = '', ...lines] = part.trimEnd().split('\n');
      const places = lines
        .join('\n')
        .split(/^@@$/m)
        .map((place) => place.replace(/^\n|\n$/g, '').split('\n'));
      return { path: path.trim(), places };
    });
}

/** @throws Error where the lines of a place do not stand there, or more than once */
export function applyPatch(text: string, { path, places }: FilePatch): string {
  return places.reduce((before, lines) => {
    const side = (left: string) =>
      lines
        .filter((line) => !line.startsWith(left))
        .map((line) => `${line.slice(1)}\n`)
        .join('');
    const [old, wanted] = [side('+'), side('-')];
    const found = `\n${before}`.split(`\n${old}`).length - 1;
    if (found !== 1) throw new Error(`${path}: these lines stand there ${found} times:\n${old}`);
    return `\n${before}`.replace(`\n${old}`, () => `\n${wanted}`).slice(1);
  }, text);
}
