/**
 * `node scripts/verify.mjs`: `kws-gen verify` (what is built in dist/) for every front-end preset, the examples and the
 * models of KWS_SHARED_DATA, on native, M3, M4 and M0+ code: much longer than what `npm test` has of it.
 *
 *   --on A,B      boards (default: native, virtual-cortex-m3, virtual-cortex-m4, arduino-nano-rp2040-connect's twin)
 *   --only TEXT   subjects whose name has it
 *
 * A line per subject and board. Exit code 1 where one differs.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { FRONTEND_PRESETS, ModelBuilder, frameChannels, frameSamples, writeModel } = await import(
  join(root, 'dist', 'index.js')
);

const text = { type: 'string' };
const { values } = parseArgs({ options: { on: text, only: text } });
const boards = (values.on ?? 'native,virtual-cortex-m3,virtual-cortex-m4,arduino-nano-rp2040-connect').split(
  ',',
);
const folder = mkdtempSync(join(tmpdir(), 'kws-verify-all-'));

/** A second of frames into one dense layer: its score depends on every feature of the window. */
function listener(spec) {
  const { window, step } = frameSamples(spec);
  const frames = Math.floor((spec.sampleRate - window) / step) + 1;
  const size = frames * frameChannels(spec);
  const b = new ModelBuilder('listener');
  const x = b.input('input', [1, size], { scale: 0.05, zeroPoint: -20 });
  const signs = Array.from({ length: size }, (_, i) => ((i * 7919) % 13 < 6 ? 1 : -1));
  const w = b.constant('weights', 'int8', [1, size], signs, { scale: 0.02 });
  const sum = { name: 'sum', type: 'int8', shape: [1, 1], scale: 16 / 255, zeroPoint: 0 };
  const y = b.add('FULLY_CONNECTED', [x, w, -1], sum, { activation: 'NONE', keepNumDims: false });
  const output = { name: 'output', type: 'int8', shape: [1, 1], scale: 1 / 256, zeroPoint: -128 };
  return writeModel(b.build([b.add('LOGISTIC', [y], output, {})]));
}

/** Name and the options that say what is verified. */
function subjects() {
  const presets = Object.entries(FRONTEND_PRESETS)
    .filter(([, spec]) => spec.kind !== 'none')
    .map(([name, spec]) => {
      const file = join(folder, name, 'listener.tflite');
      mkdirSync(join(folder, name));
      writeFileSync(file, listener(spec));
      return [`front end ${name}`, ['--model', file, '--labels', 'word', '--frontend', name]];
    });
  const examples = ['chirp', 'computer'].map((name) => [
    `example ${name}`,
    ['--project', join(root, 'examples', name)],
  ]);
  const shared = process.env.KWS_SHARED_DATA;
  const model = (path, more = []) => ['--model', join(shared, 'models', path), ...more];
  const twelve = 'down,go,left,no,off,on,right,stop,up,yes,silence,unknown';
  const models =
    shared === undefined
      ? []
      : [
          ['okay_nabu v1', model('esphome/v1/okay_nabu.json')],
          [
            'okay_nabu v2 with its gate',
            model('esphome/v2/okay_nabu.json', ['--gate', join(shared, 'models/esphome/v2/vad.json')]),
          ],
          [
            'micro_speech',
            model('micro_speech/micro_speech_quantized.tflite', ['--labels', 'silence,unknown,yes,no']),
          ],
          [
            'kws_ref',
            model('mlperf_tiny/kws_ref_model.tflite', ['--labels', twelve, '--frontend', 'mlperf-tiny-kws']),
          ],
          [
            'str_ww',
            model('mlperf_tiny/str_ww_ref_model.tflite', [
              '--labels',
              'marvin,silence,unknown',
              '--frontend',
              'mlperf-tiny-streaming',
            ]),
          ],
        ];
  return [...presets, ...examples, ...models].filter(([name]) => name.includes(values.only ?? ''));
}

let wrong = 0;
for (const [name, what] of subjects())
  for (const board of boards) {
    const twin = board.startsWith('arduino') || board.startsWith('adafruit') || board.startsWith('esp');
    const args = ['verify', '--json', ...what, '--board', board, ...(twin ? ['--emulate'] : [])];
    const ran = spawnSync(process.execPath, [join(root, 'dist', 'cli.js'), ...args, '--trust'], {
      encoding: 'utf8',
    });
    const last = ran.stdout.trim().split('\n').at(-1) ?? '';
    const line = last.startsWith('{') ? JSON.parse(last) : { what: ran.stderr.slice(-300) };
    if (ran.status !== 0) wrong++;
    const counts = (line.stages ?? []).map(({ stage, compared }) => `${compared} ${stage}`).join(', ');
    const said = ran.status === 0 ? counts : JSON.stringify(line.difference ?? line.what ?? line);
    process.stdout.write(
      `${ran.status === 0 ? 'equal ' : `CODE ${ran.status}`} ${name} on ${board}: ${said}\n`,
    );
  }
rmSync(folder, { recursive: true, force: true });
process.exit(wrong === 0 ? 0 : 1);
