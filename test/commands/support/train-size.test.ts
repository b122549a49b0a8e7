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
  const { size, loads } = await sizeOn(findBoard(board, boards));
  expect(size).toBe(expected);
  for (const { load } of loads.slice(0, -1)) expect(load).toBeGreaterThan(0.7);
});
