import { describe, expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/diagnostics/nearest.js';

const boards = ['arduino-nano-33-ble', 'virtual-cortex-m4', 'virtual-cortex-m7', 'native'];

describe('nearest', () => {
  test.each([
    ['virtual-cortex-m4', 'virtual-cortex-m4'],
    ['Virtual_Cortex_M4', 'virtual-cortex-m4'],
    ['virtaul-cortex-m7', 'virtual-cortex-m7'],
    ['arduino-nano33-ble', 'arduino-nano-33-ble'],
    ['nativ', 'native'],
    ['ardu', 'arduino-nano-33-ble'],
    ['teensy', undefined],
    ['virtual', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%s → %s', (word, expected) => {
    expect(nearest(word, boards)).toBe(expected);
  });

  test('says what is known where nothing is near', () => {
    expect(didYouMean('ble', ['a', 'b'])).toBe('known are a, b');
    expect(didYouMean('nativ', boards)).toBe('did you mean native?');
    // A word of several names, though one of them may be nearer.
    const picos = ['pico-inmp441', 'pico-2-inmp441', 'pico-pdm'];
    expect(didYouMean('pico', picos)).toBe('did you mean pico-inmp441 or pico-2-inmp441 or pico-pdm?');
    expect(didYouMean('Nano 33', boards)).toBe('did you mean arduino-nano-33-ble?');
    expect(didYouMean('', ['a-b'])).toBe('known are a-b');
  });
});
