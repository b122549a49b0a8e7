/** A bench of virtual boards, the built program and all: at once, each its verdict, and a flaky one is not green. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SuiteReport } from '../../src/suite/types.js';
import { describeWithToolchain } from './platform-support.js';
import { type ToolEnd, Workshop } from './tool.js';

let shop: Workshop;
let project: string;
beforeAll(async () => {
  shop = await Workshop.open();
  project = shop.example();
  cpSync(join(project, 'chirp.wav'), join(project, 'set', 'chirp', 'a.wav'));
  cpSync(join(project, 'other.wav'), join(project, 'set', 'other', 'a.wav'));
});
afterAll(() => shop?.close());

const reportOf = ({ lines }: ToolEnd) => lines.find(({ t }) => t === 'test') as unknown as SuiteReport;

/** Fails the first time that it runs, as a board does whose supply is not yet up. */
const ONCE =
  "const fs = require('fs'); if (!fs.existsSync('ran')) { fs.writeFileSync('ran', ''); console.log('no power'); process.exit(1); }";

describeWithToolchain('three virtual boards of one bench', () => {
  test('at once, one of them flaky: reported so, and exit code 1', async () => {
    const native = { board: 'native', retries: 1 };
    const boards = [
      { ...native, name: 'left' },
      { ...native, name: 'middle', before: [process.execPath, '-e', ONCE] },
      { ...native, name: 'right' },
    ];
    writeFileSync(join(project, 'hil.json'), JSON.stringify({ version: 1, boards }));
    const args = ['test', 'set', '--board', 'all', '--json', '--junit', 'results.xml'];
    const refused = await shop.run(args, { cwd: project });
    expect([refused.code, refused.lines[0]!.what]).toEqual([
      2,
      expect.stringContaining('can run code of its own'),
    ]);

    const flaky = await shop.run([...args, '--trust'], { cwd: project });
    expect([flaky.code, flaky.code === 1 ? '' : flaky.stdout]).toEqual([1, '']);
    const report = reportOf(flaky);
    expect(report.places.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['left', 'passed'],
      ['middle', 'flaky'],
      ['right', 'passed'],
    ]);
    expect(report.places[1]!.attempts[0]!.why).toContain('no power');
    for (const { result } of report.places)
      expect([result!.hits, result!.misses.misses, result!.host!.equal]).toEqual([1, 0, true]);
    expect(readFileSync(join(project, 'results.xml'), 'utf8')).toContain('failures="1" errors="0"');

    expect(await shop.leftOver()).toEqual([]);
  });
});
