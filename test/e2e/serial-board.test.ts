/** What `--until-detect` says of a board on a serial line that goes away, falls silent, or hears. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { jsonLines } from '../support/command-line.js';
import { root } from '../support/native.js';

const BOARD = fileURLToPath(new URL('fixtures/board.py', import.meta.url));

async function monitor(mode: string, ...options: string[]) {
  const board = spawn('python3', [BOARD, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [path] = (await once(board.stdout, 'data')) as [Buffer];
    const argv = ['dist/cli.js', 'monitor', '--json', '--port', path.toString().trim(), ...options];
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, err, last: jsonLines(out).at(-1) };
  } finally {
    board.kill('SIGKILL');
  }
}

test.each([
  ['hears', 0, { t: 'detect', label: 'hey' }],
  ['listens', 1, { t: 'score' }],
  ['vanishes', 3, { t: 'error', what: 'the board went away' }],
  ['stops', 3, { t: 'error', what: 'the board sends no scores any more' }],
  ['never', 3, { t: 'error', what: 'the board sends no scores' }],
])('a board that %s: exit code %i', async (mode, code, last) => {
  const ended = await monitor(mode, '--until-detect', 'hey', '--timeout', '6s');
  expect(ended.code, ended.err).toBe(code);
  expect(ended.last).toMatchObject(last);
});

test('--for without a label is no success of a board that stops either', async () => {
  const { code, last } = await monitor('stops', '--for', '6s');
  expect([code, last?.what]).toEqual([3, 'the board sends no scores any more']);
});
