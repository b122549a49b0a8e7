/** A board that goes away is noticed, whatever it did at the time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { noticeHangUp, type PosixBinding } from '../../src/protocol/hang-up.js';
import { openSerial } from '../../src/protocol/serial-transport.js';
import { openSession } from '../../src/protocol/session.js';

/**
 * Opens a pseudo-terminal, waits for a line on stdin, does what argv says, and closes the far end; after scores
 * only once it is told to: what nobody has read by then is lost in the kernel.
 */
const FAR_END = `
import os, pty, sys, tty
far, near = pty.openpty()
tty.setraw(near)
os.set_blocking(far, False)
print(os.ttyname(near), flush=True)
sys.stdin.readline()
os.close(near)
def say(data):
    try: os.write(far, data)
    except BlockingIOError: pass
how = sys.argv[1]
if how == "line": say(b"a line\\r\\n")
if how == "half": say(b'{"kws":1,"t":"sc')
if how == "stream":
    for _ in range(3000): say(b"x" * 50 + b"\\r\\n")
if how == "scores":
    for n in range(2000): say(b'{"kws":1,"t":"score","m":"m","n":%d,"ms":%d,"q":[1],"p":[0.5]}\\r\\n' % (n, n))
if how == "scores": sys.stdin.readline()
os.close(far)
`;

const running: { kill(): boolean }[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});

async function board(how: string): Promise<{ readonly path: string; say(): void; vanish(): void }> {
  const child = spawn('python3', ['-c', FAR_END, how], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.push(child);
  const [path] = (await once(child.stdout, 'data')) as [Buffer];
  const say = (): void => void child.stdin.write('\n');
  return { path: path.toString().trim(), say, vanish: say };
}

describe('the far end of a pseudo-terminal closes', () => {
  test.each(['nothing', 'line', 'half', 'stream', 'stream', 'stream', 'scores'])(
    'while it says: %s',
    async (how) => {
      const { path, vanish } = await board(how);
      const transport = await openSerial(path, { baudRate: 115_200 });
      const lost = new Promise<string>((resolve) => {
        transport.listen({ data: () => {}, lost: resolve });
      });
      vanish();
      if (how === 'scores') vanish();
      expect(await lost).toMatch(/hung up|EIO|ENXIO|closed/);
      await transport.close();
    },
  );

  test('everything it said before is still told, and then that it is gone', async () => {
    const { path, say, vanish } = await board('scores');
    const session = await openSession(path);
    say();
    const kinds: string[] = [];
    for await (const event of session) {
      if (kinds.length === 0) vanish();
      kinds.push(event.t);
    }
    expect(kinds.at(-1)).toBe('disconnected');
    expect(kinds.filter((kind) => kind === 'score').length).toBeGreaterThan(0);
    await session.close();
  });
});

describe('reads', () => {
  const failure = (code: string) => Object.assign(new Error(code), { code });
  const cases: readonly [string, readonly (number | string)[], object][] = [
    ['bytes', [3], { bytesRead: 3 }],
    ['bytes after a while', ['EAGAIN', 'EINTR', 5], { bytesRead: 5 }],
    ['0 bytes, as of a line that was hung up', [0], { disconnect: true }],
    ['0 bytes after a while', ['EAGAIN', 0], { disconnect: true }],
    ['an error of the driver', ['EIO'], { disconnect: true }],
  ];
  test.each(cases)('%s', async (_, answers, wanted) => {
    const queue = [...answers];
    const binding: PosixBinding = {
      fd: 7,
      poller: { once: (_event, then) => then(null) },
      read: () => Promise.reject(new Error('the library reads')),
    };
    noticeHangUp(binding, async () => {
      const answer = queue.shift()!;
      if (typeof answer === 'string') throw failure(answer);
      return { bytesRead: answer };
    });
    const result = await binding.read(Buffer.alloc(8), 0, 8).catch((error: unknown) => error);
    expect(result).toMatchObject(wanted);
    expect(queue).toEqual([]);
  });

  test.each([
    ['a line that was hung up', new Error('bad file descriptor'), { message: 'its line was hung up' }],
    ['a port that is closed', Object.assign(new Error('Canceled'), { canceled: true }), { canceled: true }],
  ])('of %s, which the system watches no more', async (_, error, wanted) => {
    const binding: PosixBinding = {
      fd: 7,
      poller: { once: (_event, then) => then(error) },
      read: () => Promise.reject(new Error('the library reads')),
    };
    noticeHangUp(binding, async () => Promise.reject(failure('EAGAIN')));
    await expect(binding.read(Buffer.alloc(8), 0, 8)).rejects.toMatchObject(wanted);
  });

  test('of a port that is closed meanwhile: the library does not take it for lost', async () => {
    const binding: { -readonly [Key in keyof PosixBinding]: PosixBinding[Key] } = {
      fd: 7,
      poller: {
        once: (_event, then) => {
          binding.fd = null;
          then(null);
        },
      },
      read: () => Promise.reject(new Error('the library reads')),
    };
    noticeHangUp(binding, async () => Promise.reject(failure('EAGAIN')));
    await expect(binding.read(Buffer.alloc(8), 0, 8)).rejects.toMatchObject({ canceled: true });
  });

  test.each(['EAGAIN', 'EBADF'])(
    'under way while the port is closed (%s): its freed poller is not asked',
    async (code) => {
      const binding: { -readonly [Key in keyof PosixBinding]: PosixBinding[Key] } = {
        fd: 7,
        poller: { once: () => expect.unreachable('the poller is freed') },
        read: () => Promise.reject(new Error('the library reads')),
      };
      noticeHangUp(binding, async () => {
        binding.fd = null;
        throw failure(code);
      });
      await expect(binding.read(Buffer.alloc(8), 0, 8)).rejects.toMatchObject({ canceled: true });
    },
  );

  test('ports opened and closed at once, while their reads are under way', async () => {
    const { path } = await board('nothing');
    for (let round = 0; round < 50; round++) {
      const transport = await openSerial(path, { baudRate: 115_200 });
      transport.listen({ data: () => {}, lost: () => {} });
      await transport.close();
    }
  });

  test('of other systems stay as they are', () => {
    const windows = { fd: undefined, read: () => 1 };
    const { read } = windows;
    noticeHangUp(windows);
    expect(windows.read).toBe(read);
  });
});
