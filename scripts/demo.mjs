/**
 * `npm run demo`: sets up what is missing, builds the example for a virtual board and plays clips to it: some with
 * the word "computer", some without. On a terminal with the tool's live meter, elsewhere a line per clip; more
 * words are passed on to `kws-gen flash`, whose output then stays as it is.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const CLIPS = [
  'computer/arctic-slt',
  'other/arctic-slt',
  'computer/pico-gb',
  'other/pico-gb',
  'computer/kal',
  'other/hts-slt',
].map((name) => `clips/${name}.flac`);

const root = fileURLToPath(new URL('..', import.meta.url));
const more = process.argv.slice(2);
await setup();
const args = ['flash', '--board', 'virtual-cortex-m4', ...CLIPS.flatMap((clip) => ['--play', clip]), ...more];
process.stderr.write(`> cd examples/computer && kws-gen ${args.join(' ')}\n`);
const plain = process.stdout.isTTY === true || more.length > 0;
const tool = spawn(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
  cwd: join(root, 'examples', 'computer'),
  stdio: ['inherit', plain ? 'inherit' : 'pipe', 'inherit'],
});
// Ctrl-C reaches the tool, too, which ends the board.
process.on('SIGINT', () => {});
if (!plain) await tellClips(tool.stdout);
process.exitCode = await new Promise((resolve) => tool.on('close', (code) => resolve(code ?? 1)));

/** Events of a board, one JSON object per line → what was heard in each clip. */
async function tellClips(stream) {
  let heard = [];
  for await (const line of createInterface({ input: stream })) {
    const { t, label, ms, p, clip } = JSON.parse(line);
    if (t === 'detect') heard.push(`HEARD ${label} at ${(ms / 1000).toFixed(2)} s (${p.toFixed(2)})`);
    if (t !== 'end') continue;
    process.stdout.write(`${clip.padEnd(34)}${heard.join(', ') || 'not heard'}\n`);
    heard = [];
  }
}
