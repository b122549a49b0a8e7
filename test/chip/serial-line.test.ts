/** What becomes of bytes for a reader who is there, slow, or not there. */
import { expect, test } from 'vitest';
import { SerialLine } from '../../src/chip/serial-line.js';

/** A pty whose state a test sets. */
class Pty {
  state: 'open' | 'full' | 'nobody' = 'open';
  incoming: number[] = [];
  taken: number[] = [];

  read(to: Uint8Array): number {
    if (this.state === 'nobody') throw Object.assign(new Error(), { code: 'EIO' });
    if (this.incoming.length === 0) throw Object.assign(new Error(), { code: 'EAGAIN' });
    const bytes = this.incoming.splice(0, to.length);
    to.set(bytes);
    return bytes.length;
  }
  write(bytes: Uint8Array): number {
    if (this.state !== 'open') throw Object.assign(new Error(), { code: 'EAGAIN' });
    this.taken.push(...bytes.subarray(0, 3));
    return Math.min(bytes.length, 3);
  }
}

let now = 0;
const lineOn = (pty: Pty) => new SerialLine(pty, () => now);

test('bytes go both ways, as many at a time as are taken', () => {
  const pty = new Pty();
  const line = lineOn(pty);
  expect([...line.read()]).toEqual([]);
  pty.incoming = [7, 8];
  expect([...line.read()]).toEqual([7, 8]);
  for (const byte of [1, 2, 3, 4, 5]) line.send(byte);
  line.flush();
  line.flush();
  expect(pty.taken).toEqual([1, 2, 3, 4, 5]);
});

test('what is sent while nobody has it open is lost', () => {
  const pty = new Pty();
  const line = lineOn(pty);
  pty.state = 'nobody';
  expect([...line.read()]).toEqual([]);
  line.send(1);
  line.flush();
  pty.state = 'open';
  line.read();
  line.send(2);
  line.flush();
  expect(pty.taken).toEqual([2]);
});

test('a slow reader makes the board wait, and is given up after two seconds', () => {
  const pty = new Pty();
  const line = lineOn(pty);
  line.read();
  pty.state = 'full';
  while (!line.full) line.send(1);
  now += 1900;
  line.flush();
  expect(line.full).toBe(true);
  now += 200;
  line.flush();
  expect(line.full).toBe(false);
});

test('other errors of the file are errors', () => {
  const broken = Object.assign(new Error('broken'), { code: 'EBADF' });
  const line = new SerialLine({
    read: () => {
      throw broken;
    },
    write: () => 0,
  });
  expect(() => line.read()).toThrow('broken');
});
