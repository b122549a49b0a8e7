/** The model card says what whoever uses the model has to know. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/native.js';

const folder = join(root, 'examples', 'computer');
const card = () => readFileSync(join(folder, 'README.md'), 'utf8');
/** What stands below a heading of the second level. */
const part = (heading: string) =>
  card()
    .split(/^## /m)
    .find((text) => text.startsWith(heading))
    ?.slice(heading.length)
    .trim() ?? '';

test.each(['Data', 'Licences', 'Results', 'Limits'])('## %s', (heading) => {
  expect(part(heading).length).toBeGreaterThan(200);
});

test('how recordings were split, and figures with their bounds, in noise and of int8', () => {
  expect(card()).toMatch(/split/i);
  for (const word of ['misses', 'false accepts', '95 %', '20 dB', '10 dB', '5 dB', 'int8', 'float'])
    expect(card(), word).toContain(word);
});

test('every synthesiser of the clips is named with its licence', () => {
  const script = readFileSync(join(folder, 'train', 'clips.py'), 'utf8');
  const engines = new Set([...script.matchAll(/^ {4}\("[\w/-]+", "(\w+)"/gm)].map(([, engine]) => engine!));
  expect(engines.size).toBeGreaterThan(2);
  const licences = part('Licences').toLowerCase();
  expect([...engines].filter((engine) => !licences.includes(engine))).toEqual([]);
});

test('the card states the figures of results.json, and kws.json has the operating point they led to', () => {
  const results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
  const { sameCampaign, realNegatives, shipped, int8, noise } = results;
  const stated = [sameCampaign, ...Object.values(noise as Record<string, typeof sameCampaign>)];
  for (const { misses, clips } of stated) expect(card()).toContain(`${misses} of ${clips} (`);
  expect(card()).toContain(`${realNegatives.falseAccepts} in ${realNegatives.hours.toFixed(2)} h`);
  expect(results.missed).toHaveLength(sameCampaign.misses);
  expect(results.missed.filter((name: string) => name.includes('/'))).toEqual([]);
  const [model] = JSON.parse(readFileSync(join(folder, 'kws.json'), 'utf8')).models;
  expect(model.detector).toMatchObject({ cutoff: shipped.cutoff, window: shipped.window });
  // What the example promises: few misses at one false accept an hour or less, and int8 as good as float.
  expect(sameCampaign.share).toBeLessThanOrEqual(0.02);
  expect(realNegatives.perHour).toBeLessThanOrEqual(1);
  expect(Math.abs(int8.floatRight - int8.int8Right)).toBeLessThanOrEqual(0.005);
});
