/**
 * `--emulate`: the example built with a real board's processor flags and memory limits, run on the nearest core
 * QEMU has, and deciding as the host does.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadBoards, type ResolvedBoard } from '../../src/boards/index.js';
import { hostLines, saidOf } from './host-lines.js';
import { describeWithToolchain } from './platform-support.js';
import { afterEstimates, Workshop } from './tool.js';

/** What every object must say of the processor it is for (ARM's build attributes), by core. */
const CORES: Readonly<
  Record<string, { readonly arch: string; readonly fpu?: string; readonly shown: string }>
> = {
  'cortex-m0plus': { arch: 'v6S-M', shown: 'M0+' },
  'cortex-m3': { arch: 'v7', shown: 'Cortex-M3' },
  'cortex-m4f': { arch: 'v7E-M', fpu: 'VFPv4-D16', shown: 'Cortex-M4' },
  'cortex-m7': { arch: 'v7E-M', fpu: 'FPv5/FP-D16 for ARMv8', shown: 'Cortex-M7' },
  'cortex-m33': { arch: 'v8-M.mainline', fpu: 'FPv5/FP-D16 for ARMv8', shown: 'Cortex-M33' },
  'cortex-m55': { arch: 'v8.1-M.mainline', fpu: 'FPv5/FP-D16 for ARMv8', shown: 'Cortex-M55' },
};

/** Boards that have a twin: one for each processor, and one for each way of passing floats. */
function twins(): readonly (ResolvedBoard & { readonly twin: NonNullable<ResolvedBoard['twin']> })[] {
  const seen = new Set<string>();
  return [...loadBoards().values()].flatMap(({ twin, ...board }) => {
    if (twin?.board == null) return [];
    const ways = [twin.cpu!, ...twin.floatFlags.filter((flag) => flag.startsWith('-mfloat-abi='))];
    const isNew = ways.some((way) => !seen.has(way));
    for (const way of ways) seen.add(way);
    return isNew ? [{ ...board, twin }] : [];
  });
}

/** What the objects say, all of them: tag → values. */
async function attributes(folder: string): Promise<Map<string, Set<string>>> {
  const objects = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.o'))
    .map((name) => join(folder, name));
  const { stdout } = await execa('arm-none-eabi-readelf', ['-A', ...objects]);
  const found = new Map<string, Set<string>>();
  for (const [, name, value] of stdout.matchAll(/^\s+Tag_(\w+): (.*)$/gm))
    found.set(name!, (found.get(name!) ?? new Set()).add(value!));
  return found;
}

/** The compiler and its options, as DWARF keeps them, per C++17 source; libraries come with the compiler. */
async function compilerCalls(program: string): Promise<string[]> {
  const { stdout } = await execa('arm-none-eabi-readelf', ['--debug-dump=info', '--dwarf-depth=1', program]);
  return [...stdout.matchAll(/DW_AT_producer .*: (GNU C\+\+17 .*)$/gm)].map(([, producer]) => producer!);
}

/** A symbol that the linker script defines. */
async function symbol(program: string, name: string): Promise<number> {
  const { stdout } = await execa('arm-none-eabi-nm', [program]);
  return Number.parseInt(new RegExp(`^([0-9a-f]+) A ${name}$`, 'm').exec(stdout)?.[1] ?? '', 16);
}

describeWithToolchain('twins', () => {
  let shop: Workshop;
  let project: string;
  beforeAll(async () => {
    shop = await Workshop.open();
    project = shop.example('twins');
  });
  afterAll(() => shop?.close());

  test.each(twins())('$id', async ({ id: board, core, flashBytes, ramBytes, twin, name }) => {
    const { arch, fpu, shown } = CORES[core]!;
    const {
      code,
      lines: all,
      stderr,
    } = await shop.run(
      ['flash', '--board', board, '--emulate', '--play', 'chirp.wav', '--play', 'other.wav', '--json'],
      { cwd: project },
    );
    expect(code, stderr + JSON.stringify(all.at(-1))).toBe(0);
    // How busy the board itself would be.
    expect(all[0]).toMatchObject({ t: 'load', board, estimated: true });
    const lines = afterEstimates(all);
    // It says what it is.
    expect(stderr).toContain(`Twin of ${name}`);
    expect(stderr).toContain(twin.note);
    expect(lines[0]).toMatchObject({
      t: 'build',
      board: `${board}-twin`,
      flash: { total: flashBytes },
      ram: { total: ramBytes },
    });
    expect(lines[1]).toMatchObject({ t: 'hello', board: `${board}-twin`, runtime: 'aot' });

    expect(saidOf(lines)).toEqual(await hostLines(project, ['chirp.wav', 'other.wav']));

    const program = (lines[0] as unknown as { artifact: string }).artifact;
    const tags = await attributes(dirname(program));
    const told = (tag: string) => [...(tags.get(tag) ?? [])];
    expect(told('CPU_arch')).toEqual([arch]);
    expect(told('FP_arch')).toEqual(fpu === undefined ? [] : [fpu]);
    // Floats are passed as the board's core was built: in registers of the FPU, or not.
    expect(tags.has('ABI_VFP_args')).toBe(twin.floatFlags.includes('-mfloat-abi=hard'));
    // What the compiler says it was called with, for the firmware's own sources.
    const producers = await compilerCalls(program);
    expect(producers.length).toBeGreaterThan(10);
    for (const flag of [`-mcpu=${twin.cpu}`, ...twin.floatFlags])
      expect(producers.filter((producer) => !producer.includes(flag))).toEqual([]);
    expect(await symbol(program, '__kws_flash_size')).toBe(flashBytes);
    expect(await symbol(program, '__kws_ram_size')).toBe(ramBytes);
    expect(stderr).toContain(shown);
    expect(await shop.leftOver()).toEqual([]);
  });

  test.each([
    ['esp32-s3-devkitc-1', 'Xtensa'],
    ['native', 'it runs on the host as it is'],
  ])('%s has none, and says why', async (board, reason) => {
    const { code, lines } = await shop.run(['flash', '--board', board, '--emulate', '--json'], {
      cwd: project,
    });
    expect(code).toBe(2);
    expect(lines).toMatchObject([
      { t: 'error', exit: 2, what: `${board} cannot be emulated`, why: expect.stringContaining(reason) },
    ]);
  });
});
