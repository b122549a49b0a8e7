/** Scores as Edge Impulse's firmware prints them: beside every line `score` the same numbers as text. */
import { beforeAll, expect, test } from 'vitest';
import { buildApp, noise, runApp, step } from './app.js';

let executable: string;
beforeAll(async () => {
  executable = await buildApp();
});

test.each(['int8', 'uint8', 'float32'] as const)('%s', async (type) => {
  const clip = [...step.say('play 8000'), ...step.frames(noise(8000, 5))];
  const [said] = await runApp(executable, { text: 1, type }, clip);
  const [plain] = await runApp(executable, { type }, clip);
  const texts = said!.flatMap((one) => (one.t === 'noise' ? [one.text] : []));
  const scores = said!.filter((one) => one.t === 'score');
  expect(scores.length).toBeGreaterThan(15);
  expect(texts).toHaveLength(3 * scores.length);
  for (const [i, { q }] of scores.entries()) {
    const [first, ...labels] = texts.slice(3 * i, 3 * i + 3);
    expect(first).toMatch(/^Predictions \(DSP: \d+ ms\., Classification: \d+ ms\., Anomaly: 0 ms\.\): $/);
    const values = labels.map((label) => /^ {4}(.*): (-?\d+\.\d{5})$/.exec(label)!.slice(1));
    expect(values.map(([name]) => name)).toEqual(['nothing', 'something "quoted"']);
    // The driver's integers have the scale 1; floats are shown as bytes in the line.
    const shown =
      type === 'float32' ? (text: string) => Math.min(255, Math.floor(Number(text) * 256 + 0.5)) : Number;
    expect(values.map(([, text]) => shown(text!))).toEqual(q);
  }
  expect(said!.filter(({ t }) => t === 'score' || t === 'detect')).toEqual(
    plain!.filter(({ t }) => t === 'score' || t === 'detect'),
  );
});
