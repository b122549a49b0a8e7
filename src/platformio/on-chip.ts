/**
 * A real board's firmware, as PlatformIO built it, on its emulated chip.
 *
 * Leaves to others: the process itself (`runner.py` of the virtual boards' platform, which is called as for a virtual
 * board), its state and its end (`virtual.ts`).
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolError } from '../diagnostics/errors.js';
import { requirePlatformio } from './find-platformio.js';
import { builtProgram, CHIP_EMULATOR } from './platformio.js';
import { runTool } from './run-tool.js';
import type { VirtualState } from './types.js';
import { claimVirtual, cleanUpVirtual, stopVirtual, virtualState } from './virtual.js';

const RUNNER = fileURLToPath(new URL('../../templates/platform-virtual/runner.py', import.meta.url));
const TIMEOUT_MS = 60_000;

export interface FirmwareOptions {
  readonly stateFolder: string;
  /** How the microphone is wired to the chip; none unless told. */
  readonly microphone?: string | undefined;
  /** An ELF or UF2 file that was built elsewhere; default: what the build left. */
  readonly program?: string;
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Starts it, in place of the one that ran in the same state folder. This process owns it, as `startVirtual` says.
 * @throws toolError (exit code 3) where it does not start
 */
export async function startFirmware(
  folder: string,
  environment: string,
  { stateFolder, microphone, program, signal, env }: FirmwareOptions,
): Promise<VirtualState> {
  const state = resolve(stateFolder);
  const { python } = await requirePlatformio(env);
  await cleanUpVirtual(env);
  await claimVirtual(state);
  const log = join(resolve(folder), '.pio', `starting-${environment}.log`);
  const words = [
    ...['start', '--state', state, '--board', environment],
    ...['--program', program ?? builtProgram(folder, environment, env)],
    ...['--node', process.execPath, '--emulator', fileURLToPath(CHIP_EMULATOR)],
    ...(microphone === undefined ? [] : ['--microphone', microphone]),
  ];
  try {
    const end = await runTool(python, ['-B', RUNNER, ...words], {
      env: env ?? process.env,
      log,
      timeoutMs: TIMEOUT_MS,
      signal,
    });
    signal?.throwIfAborted();
    const running = end.kind === 'exit' && end.code === 0 ? virtualState(state) : undefined;
    if (running !== undefined) return running;
    throw toolError({
      what: `the emulated chip of ${environment} did not start`,
      next: `see ${join(state, 'log.txt')} and ${log}`,
    });
  } catch (error) {
    await stopVirtual(state);
    throw error;
  }
}
