/** What a terminal shows after a text with the few control sequences the meter uses. */
export function screenOf(text: string): string[] {
  const lines = [''];
  let row = 0;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is read
  for (const [token] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|[\s\S]/gu)) {
    const up = /\[(\d*)A$/.exec(token);
    if (up !== null) row = Math.max(0, row - Number(up[1] || 1));
    else if (token.endsWith('[J')) lines.splice(row, Infinity, (lines[row] ?? '').slice(0, column));
    else if (token.endsWith('[2K')) lines[row] = '';
    else if (token.endsWith('[K')) lines[row] = (lines[row] ?? '').slice(0, column);
    else if (token === '\r') column = 0;
    else if (token === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= '';
    } else {
      const line = [...(lines[row] ?? '')];
      line[column] = token;
      lines[row] = line.join('');
      column += 1;
    }
  }
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
