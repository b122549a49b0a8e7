/**
 * The measured sections of docs/benchmarks.md, written from rows: `npm run bench -- --write`.
 *
 * Owns: the peers' figures and how all of it is laid out. Leaves to others: measuring (`measure.ts`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from './measure.js';

/** TensorFlow Lite Micro and the C microfrontend, counted in the same way (docs/benchmarks.md says which versions). */
interface Peer {
  /** Instructions with the portable kernels; null where there are none. */
  readonly reference: number | null;
  /** With CMSIS-NN. */
  readonly optimised: number;
  /** Bytes: the runtime with int8 kernels and the model file, arena with .data and .bss, the arena. */
  readonly memory?: readonly [flash: number, ram: number, arena: number];
}

const PEERS: Readonly<Record<string, Peer>> = {
  kws_ref: { reference: 43_030_000, optimised: 7_700_000, memory: [106_808, 23_400, 22_848] },
  computer: { reference: null, optimised: 4_670_000 },
  micro_speech: { reference: 9_310_000, optimised: 1_495_000, memory: [62_444, 7_344, 6_864] },
  str_ww: { reference: 8_290_000, optimised: 2_230_000, memory: [124_856, 17_140, 16_624] },
  okay_nabu_v1: { reference: 569_800, optimised: 334_100 },
  okay_nabu_v2: { reference: 371_600, optimised: 193_500, memory: [127_476, 21_088, 19_248] },
  vad_v2: { reference: 187_100, optimised: 93_900, memory: [100_004, 12_076, 10_272] },
  kws_ref_sliding: { reference: 43_030_000, optimised: 7_700_000 },
  computer_sliding: { reference: null, optimised: 4_670_000 },
  microfrontend_hop: { reference: null, optimised: 84_700 },
};

const thousands = (value: number): string => value.toLocaleString('en');

/** `3.05 M`, `43.6 k` */
function short(value: number | null): string {
  if (value === null) return '–';
  // As many places as a ratio of two needs.
  return value >= 1e6 ? `${(value / 1e6).toFixed(value < 2e6 ? 3 : 2)} M` : `${(value / 1e3).toFixed(1)} k`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const words = head.findIndex((name) => name.includes('instructions') || name.includes(':'));
  const rule = head.map((_, i) => (i < Math.max(words, 1) ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const measured = (rows: readonly Row[]): string =>
  table(
    ['workload', 'board', 'code', 'runtime', 'instructions', 'flash', 'RAM', 'arena'],
    rows.map(({ workload, board, core, runtime, instructions, flash, ram, arena }) => [
      workload,
      board,
      core,
      runtime,
      ...[instructions, flash, ram, arena].map(thousands),
    ]),
  );

/** Rows of the compiled runtime on the board that the peers were counted on, with theirs. */
function compared(rows: readonly Row[]): readonly (readonly [Row, Peer])[] {
  return rows.flatMap((row) => {
    const peer = PEERS[row.workload];
    return peer === undefined || row.runtime !== 'aot' || row.board !== 'virtual-cortex-m4'
      ? []
      : [[row, peer] as const];
  });
}

const comparison = (rows: readonly Row[]): string =>
  table(
    [
      'workload',
      'instructions: kws-gen `aot`',
      'TFLM reference kernels',
      'TFLM + CMSIS-NN, C microfrontend',
      'kws-gen / optimised',
    ],
    compared(rows).map(([{ workload, instructions }, { reference, optimised }]) => [
      workload,
      short(instructions),
      short(reference),
      short(optimised),
      (instructions / optimised).toFixed(2),
    ]),
  );

const memory = (rows: readonly Row[]): string =>
  table(
    [
      'workload',
      'flash: kws-gen `aot`',
      'flash: TFLM + CMSIS-NN',
      'RAM: kws-gen `aot`',
      'RAM: TFLM + CMSIS-NN',
      'arena: kws-gen',
      'arena: TFLM',
    ],
    compared(rows).flatMap(([{ workload, flash, ram, arena }, peer]) => {
      if (peer.memory === undefined) return [];
      const [theirFlash, theirRam, theirArena] = peer.memory;
      return [[workload, ...[flash, theirFlash, ram, theirRam, arena, theirArena].map(thousands)]];
    }),
  );

/** Published cycles of keyword spotting on boards, MLPerf Tiny, closed division. */
const RECORDS = [
  ['Cortex-M4, microTVM with CMSIS-NN (v1.0)', 12_000_000],
  ['Cortex-M4, X-CUBE-AI 8.0 (v1.1)', 8_700_000],
  ['Cortex-M4, Plumerai (v1.1)', 5_700_000],
  ['Cortex-M4, STMicroelectronics (v1.2), the record', 5_200_000],
] as const;
/** Cycles per instruction that the first of these took (src/estimate/cycles.ts). */
const CYCLES_PER_INSTRUCTION = 1.56;

function records(rows: readonly Row[]): string | undefined {
  const own = compared(rows).find(([{ workload }]) => workload === 'kws_ref')?.[0];
  if (own === undefined) return undefined;
  return table(
    ['system', 'cycles per inference: published, or ours estimated'],
    [
      ...RECORDS.map(([name, cycles]) => [name, short(cycles)]),
      [
        `kws-gen \`aot\`, ${short(own.instructions)} instructions × ${CYCLES_PER_INSTRUCTION}: an estimate, not run on that board`,
        short(own.instructions * CYCLES_PER_INSTRUCTION),
      ],
    ],
  );
}

/** Replaces what stands between `<!-- begin NAME -->` and `<!-- end NAME -->`. */
function replaced(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- begin ${name} -->\n\n)[\\s\\S]*?(\n\n<!-- end ${name} -->)`);
  if (!pattern.test(text)) throw new Error(`the document has no section ${name}`);
  return text.replace(pattern, (_, begin: string, end: string) => `${begin}${content}${end}`);
}

/** Writes the sections of what was measured into the document; others stay as they are. */
export function writeDocument(file: string, rows: readonly Row[]): void {
  const sections = {
    measured: measured(rows),
    comparison: comparison(rows),
    memory: memory(rows),
    records: records(rows),
  };
  let text = readFileSync(file, 'utf8');
  for (const [name, content] of Object.entries(sections))
    if (content !== undefined) text = replaced(text, name, content);
  writeFileSync(file, text);
}
