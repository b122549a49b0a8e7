/**
 * Tables in the documents that repeat what is known elsewhere. `KWS_UPDATE_DOCS=1` writes them anew, where they
 * come from files; measured ones are only checked for their arithmetic.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBoards, type ResolvedBoard } from '../../src/boards/index.js';
import { PERMITTED, PERMITTED_LIBRARIES } from '../structure/permitted.js';
import { marked, readDocument, root } from './documents.js';

function memory(bytes: number): string {
  return bytes % (1024 * 1024) === 0 ? `${bytes / 1024 / 1024} MB` : `${Math.floor(bytes / 1024)} KB`;
}

function boardRow(board: ResolvedBoard): string {
  const { id, name, mcu, clockHz, flashBytes, ramBytes, microphone, twin, verified } = board;
  const host = board.kind === 'native';
  return row([
    `\`${id}\``,
    name,
    clockHz === 0 || board.kind === 'virtual' ? mcu : `${mcu}, ${clockHz / 1e6} MHz`,
    host ? '–' : `${memory(flashBytes)} / ${memory(ramBytes)}`,
    microphone === null ? 'pushed audio' : `${microphone.interface}, ${microphone.part ?? 'yours'}`,
    `\`${board.defaultRuntime}\``,
    board.kind === 'real' ? (twin?.board == null ? '–' : `\`${twin.board}\``) : '–',
    verified.level,
  ]);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function boardsTable(): string {
  const order = { real: 0, virtual: 1, native: 2 };
  const boards = [...loadBoards().values()].sort((a, b) => order[a.kind] - order[b.kind]);
  return [
    row(['id', 'board', 'MCU', 'flash / RAM', 'microphone', 'runtime', 'twin', 'verified']),
    row(Array.from({ length: 8 }, () => '---')),
    ...boards.map(boardRow),
  ].join('\n');
}

function verifiedNotes(): string {
  return [...loadBoards().values()]
    .filter(({ kind }) => kind === 'real')
    .map(({ id, verified }) => `- \`${id}\`: ${verified.note}`)
    .join('\n');
}

/** From the bottom to the top. */
function permittedTable(table: Readonly<Record<string, readonly string[]>>, what: string): string {
  const title = (name: string) => (/\.ts$|^kws_/.test(name) ? `\`${name}\`` : `\`${name}/\``);
  return [
    row([what, 'what it needs']),
    row(['---', '---']),
    ...Object.entries(table).map(([name, others]) =>
      row([title(name), others.length === 0 ? '–' : others.map(title).join(', ')]),
    ),
  ].join('\n');
}

test.each([
  ['README.md', 'boards', boardsTable],
  ['docs/boards.md', 'boards', boardsTable],
  ['docs/boards.md', 'verified', verifiedNotes],
  ['docs/architecture.md', 'imports', () => permittedTable(PERMITTED, 'folder')],
  ['docs/architecture.md', 'includes', () => permittedTable(PERMITTED_LIBRARIES, 'library')],
])('%s, %s: as the files say', (path, name, make) => {
  const document = readDocument(path);
  if (process.env.KWS_UPDATE_DOCS === '1') {
    const pattern = new RegExp(`(<!-- begin ${name}\\b[^>]*-->\\n)[^]*?(<!-- end ${name} -->)`);
    const text = document.text.replace(pattern, (_, begin, end) => `${begin}\n${make()}\n\n${end}`);
    writeFileSync(join(root, path), text);
    return;
  }
  expect(marked(document, name)).toBe(make());
});

/** Cells of a table without its header, numbers with their thousands' commas taken out. */
function cells(table: string): string[][] {
  return table
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/(?<=\d),(?=\d)/g, '')),
    );
}

/** `7.70 M`, `193.5 k`, `42` */
function count(text: string): number {
  const [number, unit] = text.split(' ');
  return Number(number) * ({ M: 1e6, k: 1e3 }[unit ?? ''] ?? 1);
}

test('the benchmark’s comparison follows from its measurements', () => {
  const document = readDocument('docs/benchmarks.md');
  const measured = new Map(
    cells(marked(document, 'measured'))
      .filter(([, board, , runtime]) => board === 'virtual-cortex-m4' && runtime === 'aot')
      .map(([workload, , , , instructions]) => [workload!, Number(instructions)]),
  );
  const compared = cells(marked(document, 'comparison'));
  expect(compared.map(([workload]) => workload)).toEqual([
    'kws_ref',
    'micro_speech',
    'str_ww',
    'okay_nabu_v1',
    'okay_nabu_v2',
    'vad_v2',
    'computer',
    'kws_ref_sliding',
    'computer_sliding',
    'microfrontend_hop',
  ]);
  for (const [workload, ours, , optimised, ratio] of compared) {
    const instructions = measured.get(workload!)!;
    expect(count(ours!), workload).toBeCloseTo(instructions, -Math.log10(instructions / 200));
    expect(ratio, workload).toBe((instructions / count(optimised!)).toFixed(2));
  }
});

test('the benchmark’s table of memory repeats its measurements', () => {
  const document = readDocument('docs/benchmarks.md');
  const measured = cells(marked(document, 'measured')).filter(([, , , runtime]) => runtime === 'aot');
  for (const [workload, flash, , ram, , arena] of cells(marked(document, 'memory'))) {
    const row = measured.find(([name]) => name === workload);
    expect([workload, flash, ram, arena]).toEqual([row?.[0], ...(row?.slice(5, 8) ?? [])]);
  }
});

test('the newest version of the change log is the package’s', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const newest = /^## \[?(\d+\.\d+\.\d+)\]?/m.exec(readDocument('CHANGELOG.md').text)?.[1];
  expect(newest).toBe(version);
});

test('the shown kws.json is the example’s', () => {
  const shown = readDocument('docs/getting-started.md').blocks.find(({ text }) => text.includes('"models"'));
  expect(shown?.text).toBe(readFileSync(join(root, 'examples', 'chirp', 'kws.json'), 'utf8').trim());
});
