import { expect, test } from 'vitest';
import type { Checked } from '../../src/train/check.js';
import { reportText } from '../../src/train/report.js';
import type { TrainReport } from '../../src/train/types.js';
import { trainRequest } from '../support/train-request.js';

const checked = { pronunciations: ['HH EY1'] } as unknown as Checked;
const counted = { words: 250, near: 243, hours: 0.25 };
const REPORT: TrainReport = {
  headline: 'not measured on people',
  people: [],
  voices: [
    {
      of: 'voices of flite',
      what: 'misses',
      count: 3,
      among: 31,
      low: 0.02,
      high: 0.26,
      text: '3 of 31 missed',
    },
  ],
  cutoffs: [
    { cutoff: 0.8, own: false, missed: 60, fired: 12, falseAccepts: 0, ...counted },
    { cutoff: 0.6157, own: true, missed: 31, fired: 40, falseAccepts: 1, ...counted },
  ],
  quantization: { snrDb: null, agreement: null },
  notes: [],
};

test('the report shows what other cutoffs would do, the own one in bold', () => {
  const lines = reportText(trainRequest(), REPORT, checked).split('\n');
  expect(lines).toContain('| voices of flite | 3 of 31 missed |');
  const at = lines.indexOf('## Other cutoffs');
  expect(lines[at + 2]).toContain('within 0.5 false accepts per hour of talk');
  expect(lines.slice(at + 4, at + 8)).toEqual([
    '| cutoff | of the word missed (250 clips) | of near words fired (243 clips) | in sentences and commands false accepts (0.25 h) |',
    '| ---: | ---: | ---: | ---: |',
    '| 0.80 | 60 | 12 | 0 |',
    '| **0.616** | 31 | 40 | 1 |',
  ]);
});

test('no clips of voices, no table of cutoffs', () => {
  expect(reportText(trainRequest(), { ...REPORT, cutoffs: [] }, checked)).not.toContain('Other cutoffs');
});
