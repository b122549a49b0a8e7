/**
 * The project's documents, read the way a reader's browser does: headings with their anchors, links, fenced
 * blocks. Leaves to others: what has to be true of them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Block {
  /** The first word after the fence: sh, ts, json, text. */
  readonly language: string;
  /** The other words: `run`, `output`. */
  readonly words: readonly string[];
  readonly text: string;
  /** `README.md:12` */
  readonly where: string;
}

interface Link {
  readonly target: string;
  readonly where: string;
}

export interface Document {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  /** As GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
}

/** Every document a user may read. */
export function documents(): readonly Document[] {
  const markdown = (folder: string): string[] =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.md') && !/firmware-out|node_modules|\.pio/.test(name))
          .map((name) => join(folder, name))
          .sort()
      : [];
  return ['README.md', 'CHANGELOG.md', ...markdown('docs'), ...markdown('examples')].map((path) =>
    readDocument(path),
  );
}

export function readDocument(path: string): Document {
  return parseDocument(relative(root, join(root, path)), readFileSync(join(root, path), 'utf8'));
}

export function parseDocument(path: string, text: string): Document {
  const blocks: Block[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  let open: { fence: string; info: string; line: number; lines: string[] } | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const where = `${path}:${i + 1}`;
    const fence = /^\s*(```+)\s*(.*)$/.exec(line);
    if (open !== undefined) {
      if (fence !== null && fence[1] === open.fence && fence[2] === '') {
        const [language = '', ...words] = open.info.trim().split(/\s+/);
        blocks.push({ language, words, text: open.lines.join('\n'), where: `${path}:${open.line}` });
        open = undefined;
      } else open.lines.push(line);
      continue;
    }
    if (fence !== null) {
      open = { fence: fence[1]!, info: fence[2]!, line: i + 1, lines: [] };
      continue;
    }
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading !== null) anchors.add(uniqueAnchor(heading[1]!, anchors));
    const prose = line.replace(/`[^`]*`/g, '');
    for (const match of prose.matchAll(/\]\(([^()\s]+)\)/g)) links.push({ target: match[1]!, where });
    for (const match of prose.matchAll(/<(https?:[^>\s]+)>/g)) links.push({ target: match[1]!, where });
  }
  if (open !== undefined) throw new Error(`${path}:${open.line}: this block is never closed`);
  return { path, text, blocks, links, anchors };
}

/** GitHub's anchor of a heading: lower case, without punctuation, hyphens for spaces. */
export function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function uniqueAnchor(heading: string, taken: ReadonlySet<string>): string {
  const anchor = anchorOf(heading);
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? anchor : `${anchor}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** What stands between `<!-- begin NAME … -->` and `<!-- end NAME -->`. */
export function marked({ path, text }: Document, name: string): string {
  const match = new RegExp(`<!-- begin ${name}\\b[^>]*-->\\n([^]*?)<!-- end ${name} -->`).exec(text);
  if (match === null) throw new Error(`${path} has no part marked ${name}`);
  return match[1]!.trim();
}
