/** When a stream ends by itself. */
import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../src/commands/support/stream.js';
import type { PcmSource } from '../../../src/protocol/pcm.js';

async function* endless() {
  yield new Int16Array(1);
}
const CLIP: PcmSource = { name: 'a.wav', samples: new Int16Array(1) };
const STDIN: PcmSource = { name: '-', samples: endless() };

describe('limitsOf', () => {
  test.each<[string, Parameters<typeof limitsOf>[0], boolean, number | undefined]>([
    ['the microphone, nobody there', { clips: [], untilDetect: 'x' }, false, 60_000],
    ['the microphone, somebody there', { clips: [], untilDetect: 'x' }, true, undefined],
    ['stdin, nobody there', { clips: [CLIP, STDIN], untilDetect: 'x' }, false, 60_000],
    ['clips end by themselves', { clips: [CLIP, CLIP], untilDetect: 'x' }, false, undefined],
    ['--for ends it', { clips: [], untilDetect: 'x', forMs: 90_000 }, false, undefined],
    ['--timeout wins', { clips: [CLIP], untilDetect: 'x', timeoutMs: 5 }, false, 5],
    ['nothing is waited for', { clips: [] }, false, undefined],
  ])('%s', (_, request, attended, expected) => {
    expect(limitsOf(request, attended).timeoutMs).toBe(expected);
    expect(limitsOf(request, attended).forMs).toBe(request.forMs);
  });
});
