/** The device's command parser under sanitizers, for a time: `npm run fuzz -- --parser SECONDS`. */
import { expect, test } from 'vitest';
import { buildProtocol, fuzzParser } from '../native/protocol-program.js';

const ROUNDS = 1_000_000;
const { parser: seconds = 1, seed = 1 } = JSON.parse(process.env.KWS_FUZZ ?? '{}') as {
  readonly parser?: number;
  readonly seed?: number;
};

test('whatever it answers makes sense, and it goes on', { timeout: 24 * 60 * 60 * 1000 }, async () => {
  const driver = await buildProtocol();
  const until = Date.now() + 1000 * seconds;
  let runs = 0;
  do {
    const own = seed + runs++;
    const said = await fuzzParser(driver, ROUNDS, own).catch(
      (error: { stdout?: string; message: string }) => {
        throw new Error(`seed ${own}: ${error.stdout ?? ''}${error.message}`);
      },
    );
    process.stdout.write(`seed ${own}, ${ROUNDS} rounds: ${said}\n`);
  } while (Date.now() < until);
  expect(runs).toBeGreaterThan(0);
});
