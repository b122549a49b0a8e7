/** The ring where audio enters: order, bounds, overruns, switching of sources; also between two threads. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildNative, root, runNative } from '../support/native.js';

const build = (name: string, flags: readonly string[]) =>
  buildNative({
    name,
    libraries: ['kws_hal'],
    sources: [join(root, 'test/native/audio-ring-driver.cpp')],
    flags,
    exclude: (file) => file.includes('/kws_hal/') && !file.endsWith('/audio_ring.cpp'),
  });

test.each(['basics', 'sources', 'ahead', 'stress', 'switching'])('%s', async (mode) => {
  expect(await runNative(await build('audio-ring', ['-pthread']), '', [mode])).toBe('ok');
});

describe('under ThreadSanitizer', () => {
  // It excludes AddressSanitizer, so the others are switched off again.
  const flags = ['-pthread', '-fno-sanitize=address,undefined', '-fsanitize=thread'];

  test.each(['stress', 'switching'])('%s', async (mode) => {
    const program = await build('audio-ring-threads', flags);
    // Its memory layout does not agree with every kernel's randomisation of addresses.
    const output = await runNative(program, '', [mode]).catch((error: Error) => {
      if (!error.message.includes('unexpected memory mapping')) throw error;
      return runNative('setarch', '', ['-R', program, mode]);
    });
    expect(output).toBe('ok');
  });
});
