import { expect, test } from 'vitest';
import { table } from '../../src/text/table.js';
import { columns } from '../../src/text/text.js';

const HEADER = ['BOARD', 'MCU', 'FLASH', 'ALSO CALLED'];
const ROWS = [
  ['virtual-cortex-m4', 'Cortex-M4F', '1 MB', '-'],
  ['arduino-nano-33-ble', 'nRF52840', '960 KB', 'nano33ble'],
];

test('columns are as wide as their widest cell', () => {
  const lines = [
    'BOARD                MCU         FLASH   ALSO CALLED',
    'virtual-cortex-m4    Cortex-M4F  1 MB    -',
    'arduino-nano-33-ble  nRF52840    960 KB  nano33ble',
  ];
  expect(table(HEADER, ROWS)).toEqual(lines);
  expect(table(HEADER, ROWS, 52)).toEqual(lines);
});

test('where the terminal is narrower each row is a paragraph that fits', () => {
  const lines = table(HEADER, ROWS, 36);
  expect(lines).toEqual([
    'virtual-cortex-m4',
    '  MCU Cortex-M4F  FLASH 1 MB',
    'arduino-nano-33-ble',
    '  MCU nRF52840  FLASH 960 KB',
    '  ALSO CALLED nano33ble',
  ]);
  for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(36);
});
