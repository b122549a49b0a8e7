/**
 * `npm run bench`: what inference and features cost on a virtual board, and quantizing and evaluating on this
 * machine. `-- --json FILE` writes the rows, `-- --only NAME,NAME` measures some (`frontends`: all of them),
 * `-- --board ID` another board, `-- --write` puts the tables of models into docs/benchmarks.md.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FRONTEND_PRESETS, type FrontendPreset } from 'kws-gen';
import { writeDocument } from './document.js';
import { type EvaluatingRow, measureEvaluating } from './evaluating.js';
import {
  type FrontendRow,
  measureFrontend,
  measureHop,
  measureModel,
  measureSliding,
  type Row,
  type Setup,
} from './measure.js';
import { measureQuantizing, type ProcessRow } from './quantizing.js';
import {
  chirpWorkload,
  computerWorkload,
  goldenWorkloads,
  root,
  sharedData,
  type Workload,
} from './workloads.js';

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string' },
    board: { type: 'string', default: 'virtual-cortex-m4' },
    write: { type: 'boolean', default: false },
  },
});

const shared = sharedData(root);
if (shared === undefined) {
  process.stderr.write(
    "bench: the golden models are not here ($KWS_SHARED_DATA); measuring the examples' only\n",
  );
}
const tflmLibrary = join(root, '.cache', 'tflm-library');
const folder = join(root, 'firmware-out', 'bench');
mkdirSync(folder, { recursive: true });
const aot: Setup = { board: values.board, runtime: 'aot', folder };
const tflm: Setup = { ...aot, runtime: 'tflm', tflmPath: tflmLibrary };

const chirp = chirpWorkload(root);
const models: readonly Workload[] = shared === undefined ? [chirp] : goldenWorkloads(shared);
/** The library that the tests fetch has no resource variables: streaming models do not run on it. */
const interpreted = existsSync(tflmLibrary) ? ['kws_ref', 'micro_speech', 'chirp'] : [];
/** One second of seeded noise, half of it 40 dB softer, so that the front end's branches are all taken. */
const clip = Int16Array.from({ length: 16_000 }, (_, i) =>
  Math.round((((Math.imul(i + 1, 2_654_435_761) >>> 16) & 0x3fff) - 0x2000) * (i < 8000 ? 1 : 0.01)),
);

const repeated = (samples: number): Int16Array =>
  Int16Array.from({ length: samples }, (_, i) => clip[i % clip.length]!);

const only = values.only?.split(',');
const wanted = (name: string): boolean => only === undefined || only.includes(name);
const rows: Row[] = [];
const frontends: FrontendRow[] = [];
let quantizing: readonly ProcessRow[] = [];
let evaluating: readonly EvaluatingRow[] = [];
/** After every row: what was measured is not lost where the next one fails. */
const save = (): void => {
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ rows, frontends, quantizing, evaluating }, null, 2)}\n`);
};
const say = (name: string): void => {
  process.stderr.write(`bench: ${name} …\n`);
};
const report = async (name: string, measured: () => Promise<Row>): Promise<void> => {
  if (!wanted(name)) return;
  say(name);
  rows.push(await measured());
  save();
};
for (const workload of models) await report(workload.name, () => measureModel(workload, aot));
if (wanted('computer')) {
  const computer = await computerWorkload(root);
  await report(computer.name, () => measureModel(computer, aot));
  const small: Setup = { ...aot, board: 'virtual-cortex-m3', code: 'cortex-m0plus' };
  await report(computer.name, () => measureModel(computer, small));
}
for (const workload of models.filter(({ name }) => name === 'kws_ref'))
  await report(workload.name, () => measureModel(workload, { ...aot, board: 'virtual-cortex-m55' }));
const kwsRef = models.find(({ name }) => name === 'kws_ref');
if (kwsRef !== undefined) {
  // Its own front end normalises over the window; this one gives frames of the same shape, 20 ms apart.
  const frontend = FRONTEND_PRESETS['tensorflow-mfcc'];
  const sliding = { name: 'kws_ref_sliding', frontend, hop: 2, clip: repeated(2 * 16_000) };
  await report(sliding.name, () => measureSliding(kwsRef, sliding, aot));
}
if (wanted('computer_sliding')) {
  const frontend = { ...FRONTEND_PRESETS['micro-wake-word'], stepMs: 20 };
  const sliding = { name: 'computer_sliding', frontend, hop: 4, clip: repeated(3 * 16_000) };
  const computer = await computerWorkload(root);
  await report(sliding.name, () => measureSliding(computer, sliding, aot));
}
await report('microfrontend_hop', () => measureHop(chirp, clip, aot));
for (const workload of models.filter(({ name }) => interpreted.includes(name))) {
  await report(workload.name, () => measureModel(workload, tflm));
}

/** Front ends, on a core with a floating-point unit and on one without. */
const seconds = (rate: number): Int16Array => repeated(2 * rate);
for (const board of ['virtual-cortex-m4', 'virtual-cortex-m3'])
  for (const preset of Object.keys(FRONTEND_PRESETS) as FrontendPreset[]) {
    if (preset === 'none' || !(wanted('frontends') || only?.includes(preset))) continue;
    say(`${preset} on ${board}`);
    frontends.push(await measureFrontend(preset, seconds, { ...aot, board }));
    save();
  }

if (wanted('quantizing')) {
  say('quantizing');
  quantizing = measureQuantizing(shared);
  save();
}
if (wanted('evaluating')) {
  say('evaluating');
  evaluating = measureEvaluating();
  save();
}

/** One table: names on the left, numbers on the right. */
function table<T extends object>(measured: readonly T[], columns: readonly (keyof T & string)[]): void {
  if (measured.length === 0) return;
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const numeric = (name: keyof T) => typeof measured[0]![name] === 'number';
  const text = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) ? value.toLocaleString('en') : String(value);
  process.stdout.write(line(columns));
  process.stdout.write(line(columns.map((name) => (numeric(name) ? '---:' : '---'))));
  for (const row of measured) process.stdout.write(line(columns.map((name) => text(row[name]))));
  process.stdout.write('\n');
}
table(rows, ['workload', 'board', 'runtime', 'instructions', 'flash', 'ram', 'arena', 'core']);
table(frontends, ['frontend', 'board', 'arithmetic', 'hop', 'window', 'stepMs', 'flash', 'ram']);
table(quantizing, ['tool', 'runs', 'least', 'median', 'most', 'cpu', 'peak']);
table(evaluating, ['model', 'audio', 'runs', 'least', 'median', 'most', 'cpu', 'hoursPerMinute', 'peak']);
if (values.write) writeDocument(join(root, 'docs', 'benchmarks.md'), rows);
