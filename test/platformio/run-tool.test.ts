import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLine, processStart } from '../../src/platformio/processes.js';
import { ask, runTool } from '../../src/platformio/run-tool.js';

const folder = mkdtempSync(join(tmpdir(), 'kws run '));
const node = (program: string, options: Parameters<typeof runTool>[2] = {}) =>
  runTool(process.execPath, ['-e', program], options);

test('lines of both outputs come one by one, whatever ends them, and all goes into the log', async () => {
  const lines: string[] = [];
  const log = join(folder, 'deep', 'log.txt');
  const end = await node(
    "process.stdout.write('a\\nb\\r\\nc\\rgr'); setTimeout(() => { process.stdout.write('ü\\nlast'); }, 50)",
    { log, onLine: (line) => lines.push(line) },
  );
  expect(end).toEqual({ kind: 'exit', code: 0 });
  expect(lines).toEqual(['a', 'b', 'c', 'grü', 'last']);
  expect(readFileSync(log, 'utf8')).toBe('a\nb\r\nc\rgrü\nlast');
});

test('the exit code is told, and what cannot be started', async () => {
  expect(await node('process.exit(7)')).toEqual({ kind: 'exit', code: 7 });
  expect(await runTool(join(folder, 'absent'), [])).toMatchObject({ kind: 'failed' });
});

test('an endless line is bounded', async () => {
  const lines: string[] = [];
  await node("process.stdout.write('x'.repeat(3e6) + '\\ny\\n')", { onLine: (line) => lines.push(line) });
  expect(lines.at(-1)).toBe('y');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(64 * 1024);
});

/** Starts a child of its own that lives for long, and says which. */
const PARENT = `
  const child = require('node:child_process').spawn('sleep', ['1000']);
  console.log('child ' + child.pid);
  setInterval(() => {}, 1000);`;

test.each(['abort', 'timeout'] as const)('%s ends it and what it started', async (how) => {
  const controller = new AbortController();
  let child = 0;
  const end = await node(PARENT, {
    signal: controller.signal,
    ...(how === 'timeout' ? { timeoutMs: 600 } : {}),
    onLine: (line) => {
      child = Number(line.split(' ')[1]);
      if (how === 'abort') controller.abort();
    },
  });
  expect(end.kind).toBe(how === 'abort' ? 'aborted' : 'timeout');
  expect(child).toBeGreaterThan(1);
  expect(commandLine(child)).toBe('');
});

test('a program that ignores the request to end is killed', async () => {
  const controller = new AbortController();
  const end = await node("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)", {
    signal: controller.signal,
    onLine: () => controller.abort(),
  });
  expect(end.kind).toBe('aborted');
});

test('what it started is gone when it returns, even where that ignores the request', async () => {
  const controller = new AbortController();
  const stubborn = "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)";
  let child = 0;
  const end = await node(
    `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { stdio: 'inherit' });
     setInterval(() => {}, 1000)`,
    {
      signal: controller.signal,
      onLine: (line) => {
        child = Number(line);
        controller.abort();
      },
    },
  );
  expect(end.kind).toBe('aborted');
  expect(child).toBeGreaterThan(1);
  expect(commandLine(child)).toBe('');
});

test('nothing is started once it is aborted', async () => {
  const file = join(folder, 'made');
  const program = `require('node:fs').writeFileSync(${JSON.stringify(file)}, '')`;
  expect(await node(program, { signal: AbortSignal.abort() })).toEqual({ kind: 'aborted' });
  expect(existsSync(file)).toBe(false);
});

test('ask answers with the output, or not at all', async () => {
  expect(await ask(process.execPath, ['-e', 'console.log(1)'])).toBe('1');
  expect(await ask(process.execPath, ['-e', 'process.exit(1)'])).toBeUndefined();
  expect(await ask(process.execPath, ['-e', 'setInterval(() => {}, 9)'], { timeoutMs: 200 })).toBeUndefined();
  expect(await ask(join(folder, 'absent'), [])).toBeUndefined();
});

test('processes are told apart', () => {
  expect(commandLine(process.pid)).not.toBe('');
  expect(processStart(process.pid)).toBe(processStart(process.pid));
  expect(commandLine(2 ** 22 + 1)).toBe('');
  expect(processStart(2 ** 22 + 1)).toBeUndefined();
});
