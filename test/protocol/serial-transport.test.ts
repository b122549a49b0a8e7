/** The real serial library over a pseudo-terminal, whose far end a Python program holds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
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
