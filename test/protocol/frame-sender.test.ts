/** What the sender lets be under way fits what the device keeps, whatever pieces the audio comes in. */
import { describe, expect, test } from 'vitest';
import { FRAME_OVERHEAD, MAX_PAYLOAD } from '../../src/protocol/frame.js';
import { FrameSender } from '../../src/protocol/frame-sender.js';

/** A device that takes one frame after the other, a while after they came. */
async function send(chunks: readonly Uint8Array[], credit: number) {
  const waiting: Uint8Array[] = [];
  let [most, seq] = [0, 0];
  const taken: number[] = [];
  const sender = new FrameSender({
    where: 'fake',
    check: () => {},
    write: async (bytes) => {
      waiting.push(bytes);
      most = Math.max(
        most,
        waiting.reduce((sum, frame) => sum + frame.length, 0),
      );
    },
  });
  const answer = setInterval(() => {
    const frame = waiting.shift();
    if (frame === undefined) return;
    taken.push(...frame.subarray(4, -2));
    seq = (seq + 1) & 255;
    sender.credit({ kws: 1, t: 'credit', seq, bytes: credit });
  }, 0);
  sender.credit({ kws: 1, t: 'credit', seq, bytes: credit });
  const sent = await sender.send(chunks.values());
  clearInterval(answer);
  return { sent, most, taken };
}

const pieces = (count: number, size: number) =>
  Array.from({ length: count }, (_, i) => new Uint8Array(size).fill(i));

describe('bytes under way', () => {
  test.each([
    { credit: 1024, chunks: pieces(150, 2) },
    { credit: 1024, chunks: pieces(40, 100) },
    { credit: 1024, chunks: pieces(9, 511) },
    { credit: 1024, chunks: pieces(9, 513) },
    { credit: 1024, chunks: pieces(2, 4000) },
    { credit: 1000, chunks: pieces(20, 300) },
    { credit: 512, chunks: pieces(20, 300) },
    { credit: 30, chunks: pieces(10, 50) },
    { credit: 4096, chunks: pieces(300, 17) },
  ])('$credit bytes of credit, pieces of $chunks.0.length bytes', async ({ credit, chunks }) => {
    const { sent, most, taken } = await send(chunks, credit);
    expect(taken).toEqual(chunks.flatMap((chunk) => [...chunk]));
    expect(sent).toBe(taken.length);
    expect(most).toBeLessThanOrEqual(credit + FRAME_OVERHEAD * Math.ceil(credit / MAX_PAYLOAD));
  });
});
