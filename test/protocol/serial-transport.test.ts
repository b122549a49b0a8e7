/** The real serial library over a pseudo-terminal, whose far end a Python program holds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { SessionEvent } from '../../src/protocol/events.js';
import { openSerial } from '../../src/protocol/serial-transport.js';
import { openSession, type Session } from '../../src/protocol/session.js';

const HELLO = JSON.stringify({
  kws: 1,
  t: 'hello',
  protocol: 1,
  tool: '0.1.0',
  build: 'b',
  board: 'pty',
  runtime: 'aot',
  model: 'm',
  labels: [],
  frontend: 'f',
  rate: 16_000,
  step: 10,
  mic: false,
  models: [],
});

/** Prints the name of the terminal's near end; answers `hello`; leaves on `quit`; echoes anything else as noise. */
const FAR_END = `
import os, pty, sys, tty
far, near = pty.openpty()
tty.setraw(near)
print(os.ttyname(near), flush=True)
rest = b""
while True:
    rest += os.read(far, 4096)
    while b"\\n" in rest:
        line, rest = rest.split(b"\\n", 1)
        if line == b"quit":
            os._exit(0)
        if line == b"hello":
            os.write(far, sys.argv[1].encode() + b"\\r\\n")
        elif line:
            os.write(far, b"echo " + line + b"\\n")
`;

const running: { kill(): boolean }[] = [];
const sessions: Session[] = [];
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.close()));
  for (const child of running.splice(0)) child.kill();
});

async function pseudoTerminal(): Promise<string> {
  const child = spawn('python3', ['-c', FAR_END, HELLO], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const [path] = (await once(child.stdout, 'data')) as [Buffer];
  return path.toString().trim();
}

test('a session over a pseudo-terminal: hello, bytes both ways, the far end goes away', async () => {
  const path = await pseudoTerminal();
  const session = await openSession(path, { commandTimeout: 500 });
  sessions.push(session);
  expect((await session.hello()).board).toBe('pty');
  const events = session[Symbol.asyncIterator]();
  await expect(session.command('reset')).rejects.toThrow('does not answer');
  expect((await events.next()).value).toMatchObject({ t: 'noise', text: 'echo reset' });
  await expect(session.command('quit')).rejects.toThrow(`${path}: the device went away`);
  expect((await events.next()).value).toMatchObject({ t: 'disconnected' });
  expect((await events.next()).done).toBe(true);
});

/** A far end that does what argv says; it goes away on a line on stdin. */
const HARD_END = `
import fcntl, os, pty, sys, threading, tty
far, near = pty.openpty()
tty.setraw(near)
how, hello, link = sys.argv[1], sys.argv[2].encode(), sys.argv[3]
if how == "plugged":
    os.symlink(os.ttyname(near), link + ".new")
    os.replace(link + ".new", link)
if how == "locked": fcntl.flock(near, fcntl.LOCK_EX)
print(os.ttyname(near), flush=True)
def answer():
    rest = b""
    while True:
        rest += os.read(far, 4096)
        while b"\\n" in rest:
            line, rest = rest.split(b"\\n", 1)
            if line == b"hello": os.write(far, hello + b"\\r\\n")
            if line == b"reset":
                os.write(far, b'{"kws":1,"t":"ok","cmd":"reset"}\\r\\n')
                for n in range(1, 12001): os.write(far, b'{"kws":1,"t":"score","m":"m","n":%d,"ms":%d,"q":[1],"p":[0.5]}\\r\\n' % (n, n))
if how != "stuck": threading.Thread(target=answer, daemon=True).start()
sys.stdin.readline()
os._exit(0)
`;

async function hardEnd(how: string, link = '') {
  const child = spawn('python3', ['-c', HARD_END, how, HELLO, link], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  const [path] = (await once(child.stdout, 'data')) as [Buffer];
  return { path: path.toString().trim(), pull: () => void child.stdin.write('\n') };
}

test('a board that is pulled out and plugged in again: told, and the next session has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kws-port-'));
  try {
    const port = join(folder, 'ttyACM0');
    for (let round = 0; round < 2; round++) {
      const { pull } = await hardEnd('plugged', port);
      const session = await openSession(port, { commandTimeout: 500 });
      sessions.push(session);
      expect((await session.hello()).board).toBe('pty');
      pull();
      const told: SessionEvent[] = [];
      for await (const event of session) told.push(event);
      expect(told).toEqual([{ kws: 1, t: 'disconnected', reason: expect.stringMatching(/hung up|EIO/) }]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a board that takes nothing: its full line is given up, and the port closes', async () => {
  const { path } = await hardEnd('stuck');
  const transport = await openSerial(path, { baudRate: 115_200, writeTimeout: 200 });
  await expect(transport.write(new Uint8Array(1 << 20))).rejects.toThrow(
    `${path}: the device does not take what is sent to it\n  why: nothing was taken for 0.2 s\n  next: check the cable`,
  );
  await transport.close();
});

test('a slow reader: the board waits, and not a line is lost', async () => {
  const { path } = await hardEnd('talks');
  const session = await openSession(path);
  sessions.push(session);
  await session.hello();
  await session.command('reset');
  let [next, turns] = [1, 0];
  for await (const event of session) {
    expect(event).toMatchObject({ t: 'score', n: next });
    // Far behind the board at first: more than the queue holds is under way.
    if (next === 1) while (turns < 2000) turns = await new Promise((then) => setImmediate(then, turns + 1));
    if (next++ === 12_000) break;
  }
});

test('a port that another process has locked is busy', async () => {
  const { path } = await hardEnd('locked');
  await expect(openSession(path)).rejects.toThrow(
    `${path}: the port is in use by another program\n  why: Error Resource temporarily unavailable Cannot lock port\n  next: close the other program`,
  );
});

test('a port somebody else has open is busy', async () => {
  const path = await pseudoTerminal();
  const first = await openSerial(path, { baudRate: 115_200 });
  await expect(openSerial(path, { baudRate: 115_200 })).rejects.toThrow('in use by another program');
  await first.close();
  await first.close();
  await expect(first.write(Uint8Array.of(1))).rejects.toThrow('the port is closed');
});

test('a port that is not there, or no port at all', async () => {
  await expect(openSession('/dev/tty-nowhere')).rejects.toThrow('there is no such port');
  await expect(openSession('/dev/null')).rejects.toThrow('/dev/null: the port could not be opened');
});
