/**
 * Whether a program printed what a document shows: the shape, not the numbers. Numbers, hashes and the length
 * of bars may differ; `…` stands for anything, and alone on a line for any lines.
 */

const PLACES: readonly [RegExp, string][] = [
  [/…/, '.*'],
  [/[█▉▊▋▌▍▎▏ ]{20,}/, '[█▉▊▋▌▍▎▏ ]{20,}'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}\b/, '[0-9a-f]{6,}'],
  [/\d+(?:,\d{3})*(?:\.\d+)?/, '\\d+(?:,\\d{3})*(?:\\.\\d+)?'],
  [/ {2,}/, ' {2,}'],
];
const ANY_PLACE = new RegExp(PLACES.map(([place]) => `(${place.source})`).join('|'), 'g');

function patternOf(line: string): RegExp {
  let pattern = '';
  let at = 0;
  for (const match of line.matchAll(ANY_PLACE)) {
    pattern += escaped(line.slice(at, match.index));
    pattern += PLACES[match.slice(1).findIndex((group) => group !== undefined)]![1];
    at = match.index + match[0].length;
  }
  return new RegExp(`^${pattern}${escaped(line.slice(at))}$`, 'u');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The first line of `shown` that the output does not have in its place, or undefined. */
export function missingLine(shown: string, output: readonly string[]): string | undefined {
  let next = 0;
  let anywhere = false;
  for (const line of shown.split('\n')) {
    if (line === '…') {
      anywhere = true;
      continue;
    }
    const pattern = patternOf(line.trimEnd());
    const rest = output.slice(next, anywhere ? undefined : next + 1);
    const found = rest.findIndex((one) => pattern.test(one.trimEnd()));
    if (found < 0) return line;
    next += found + 1;
    anywhere = false;
  }
  return anywhere || next === output.length ? undefined : `(end, and not ${output[next]})`;
}
