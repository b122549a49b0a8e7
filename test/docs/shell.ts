/**
 * The commands in a block of shell: enough of the shell's grammar for documentation, and an error for the
 * rest. Leaves to others: what the commands are.
 */

/** Words of each simple command, without assignments before it and without redirections. */
export function commandsOf(script: string): readonly (readonly string[])[] {
  const commands: string[][] = [];
  let words: string[] = [];
  const flush = () => {
    const plain = withoutRedirections(words);
    while (/^[A-Z_]+=/.test(plain[0] ?? '')) plain.shift();
    if (plain.length > 0) commands.push(plain);
    words = [];
  };
  for (const token of tokens(script.replace(/\\\n\s*/g, ' '))) {
    if (typeof token === 'string') words.push(token);
    else flush();
  }
  flush();
  return commands;
}

/** A word, or the end of a command. */
type Token = string | { readonly end: string };

function* tokens(text: string): Generator<Token> {
  const pattern = /\s*?(\n|\|\||&&|[|;&]|(?<=^|\s)#[^\n]*|(?:"[^"]*"|'[^']*'|[^\s|;&"'])+)/gy;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    if (/^\s*$/.test(text.slice(at))) return;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`not understood: ${text.slice(at, at + 60).trim()}`);
    const piece = match[1]!;
    if (piece.startsWith('#')) continue;
    if (/^(\n|\|\||&&|[|;&])$/.test(piece)) yield { end: piece };
    else yield piece.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single);
  }
}

function withoutRedirections(words: readonly string[]): string[] {
  const plain: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (/^\d?(>>?|<)$/.test(words[i]!)) i++;
    else if (!/^\d?(>>?|<)/.test(words[i]!)) plain.push(words[i]!);
  }
  return plain;
}
