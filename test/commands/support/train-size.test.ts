/** The size of a network follows from the board. */
import { expect, test } from 'vitest';
import { findBoard, loadBoards } from '../../../src/boards/index.js';
import { sizeOn } from '../../../src/commands/support/train-size.js';

const boards = await loadBoards();

test.each([
  ['esp32-s3-devkitc-1', 'm'],
  ['virtual-cortex-m4', 'm'],
  ['arduino-nano-33-ble', 's'],
  ['arduino-nano-rp2040-connect', 's'],
])('%s gets %s', async (board, expected) => {
  const { size, loads } = await sizeOn(findBoard(board, boards), 'micro-wake-word');
  expect(size).toBe(expected);
  for (const { load } of loads.slice(0, -1)) expect(load).toBeGreaterThan(0.7);
});

test('a network with state costs the slowest of them a fraction', async () => {
  const board = findBoard('arduino-nano-rp2040-connect', boards);
  const streaming = await sizeOn(board, 'micro-wake-word', 'streaming');
  expect(streaming).toMatchObject({ network: 'streaming', size: 'm' });
  const window = await sizeOn(board, 'micro-wake-word', 'window');
  expect(streaming.loads[0]!.load).toBeLessThan(window.loads.at(-1)!.load);
});
