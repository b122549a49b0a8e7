/** The device's side of the protocol as a program of the host (`protocol-driver.cpp`), with everything a command can be. */
import { join } from 'node:path';
import { buildNative, root, runNative } from '../support/native.js';

export function buildProtocol(): Promise<string> {
  return buildNative({
    name: 'protocol',
    libraries: ['kws_protocol'],
    sources: [join(root, 'test/native/protocol-driver.cpp')],
    flags: ['-DKWS_LIVE', '-DKWS_AUDIO', '-DKWS_TRACE=1'],
  });
}

/** Rounds of drawn input; what there was in them, as text. Throws with what does not hold. */
export async function fuzzParser(driver: string, rounds: number, seed: number): Promise<string> {
  return runNative(driver, '', ['fuzz', String(rounds), String(seed)]);
}
