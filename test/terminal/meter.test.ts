import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import { clock, Meter } from '../../src/terminal/meter.js';
import { screenOf } from '../support/screen.js';

function meterOn(columns: number, labels = ['silence', 'yes']) {
  let time = 0;
  const written: string[] = [];
  const meter = new Meter({
    stream: { write: (text: string) => written.push(text), isTTY: true, columns, rows: 24 },
    colours: picocolors.createColors(false),
    models: [{ name: 'm', labels }],
    now: () => time,
  });
  return { meter, written, tick: (ms: number) => (time += ms), screen: () => screenOf(written.join('')) };
}

describe('Meter', () => {
  test('redraws in place, detections stay above', () => {
    const { meter, tick, screen } = meterOn(80);
    meter.score('m', [1, 0], 100);
    tick(100);
    meter.score('m', [0.5, 0.25], 200);
    meter.above('HEARD');
    tick(100);
    meter.score('m', [0, 1], 3210);
    meter.end();
    expect(screen()).toEqual([
      'HEARD',
      `silence ▕${' '.repeat(30)}▏ 0.00  3.21 s`,
      `yes     ▕${'█'.repeat(30)}▏ 1.00  3.21 s`,
    ]);
  });

  test('a burst of scores is drawn at a bounded rate, the last one always', () => {
    const { meter, written, tick, screen } = meterOn(80, ['yes']);
    for (let n = 1; n <= 1000; n++) {
      tick(1);
      meter.score('m', [n / 1000], n);
    }
    meter.end();
    expect(written.length).toBeLessThan(20);
    expect(screen()).toEqual([`yes ▕${'█'.repeat(30)}▏ 1.00  1.00 s`]);
  });

  test.each([20, 30, 40, 200])('never wider than a terminal of %i columns', (columns) => {
    const { meter, screen } = meterOn(columns, ['a label that is rather long', 'はい']);
    meter.score('m', [0.3, 1], 61_000);
    for (const line of screen()) expect([...line].length).toBeLessThan(columns);
  });

  test('a terminal that does not know its size (0 columns) counts as one of 80', () => {
    const { meter, screen } = meterOn(0, ['yes']);
    meter.score('m', [1], 1000);
    expect(screen()).toEqual([`yes ▕${'█'.repeat(30)}▏ 1.00  1.00 s`]);
  });

  test('a label cannot control the terminal', () => {
    const { meter, written } = meterOn(80, ['\u001b[2Jx\u0007']);
    meter.score('m', [0.3], 10);
    expect(written.join('')).not.toContain('\u001b[2J');
    expect(written.join('')).not.toContain('\u0007');
  });

  test('scores of an unknown model are passed over', () => {
    const { meter, written } = meterOn(80);
    meter.score('other', [1], 1);
    expect(written).toEqual([]);
  });
});

test.each([
  [0, '0.00 s'],
  [59_990, '59.99 s'],
  [723_200, '12:03.2'],
])('clock %i', (ms, text) => expect(clock(ms)).toBe(text));
