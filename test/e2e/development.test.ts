/** The platformio.ini in the root: PlatformIO builds the device libraries by it, and what it builds runs. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { buildFirmware, startVirtual } from '../../src/platformio/platformio.js';
import { stopVirtual } from '../../src/platformio/virtual.js';
import { encodeFrame } from '../../src/protocol/frame.js';
import { root } from '../support/native.js';
import { describeWithToolchain, Line } from './platform-support.js';

describeWithToolchain('the device libraries by themselves', () => {
  const stateFolder = join(root, '.pio', 'virtual', 'tests');
  afterAll(() => stopVirtual(stateFolder));

  test.each(['native', 'virtual-cortex-m4'])('%s: builds without warnings', async (environment) => {
    const report = await buildFirmware(root, environment, { virtual: true });
    expect(report.warnings).toEqual([]);
  });

  test('say hello, and compute what is pushed', async () => {
    const line = await Line.open(await startVirtual(root, 'native', { stateFolder }));
    try {
      line.send('hello\n');
      expect(JSON.parse(await line.next('"hello"'))).toMatchObject({
        tool: 'development',
        labels: ['first', 'last'],
      });
      line.send('input 0 4\n');
      await line.next('"credit"');
      line.send(encodeFrame(0, Uint8Array.of(1, 2, 30, 40)));
      expect(JSON.parse(await line.next('"output"'))).toMatchObject({ m: 'sums', q: [3, 70] });
    } finally {
      await line.close();
    }
  });
});
