/**
 * Compiles device code for a Cortex-M core and runs it in QEMU, with standard input and output by semihosting:
 * the driver of rows that want a core's own instructions, without a board's serial line around it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { root } from './files.js';
import { buildWith, type NativeProgram, WARNINGS } from './native.js';

interface Machine {
  /** QEMU's name. */
  readonly machine: string;
  /** The processor that the machine has; another than the code's where QEMU has no machine with that. */
  readonly processor: string;
  readonly flags: readonly string[];
  /** Where programs and data lie, and their room in bytes. */
  readonly flash: readonly [origin: number, bytes: number];
  readonly ram: readonly [origin: number, bytes: number];
}

const MB = 1 << 20;
const MPS2 = { flash: [0, 4 * MB], ram: [0x2000_0000, 4 * MB] } as const;

const ARM_CORES = {
  /** The code of a Cortex-M0+ on a Cortex-M3, where accesses that are not aligned fault as on the M0+. */
  'cortex-m0plus': {
    machine: 'mps2-an385',
    processor: 'cortex-m3',
    flags: ['-mfloat-abi=soft', '-DKWS_TEST_TRAP_UNALIGNED=1'],
    ...MPS2,
  },
  /** No DSP extension. */
  'cortex-m3': { machine: 'mps2-an385', processor: 'cortex-m3', flags: ['-mfloat-abi=soft'], ...MPS2 },
  /** Has the DSP extension. */
  'cortex-m4': {
    machine: 'mps2-an386',
    processor: 'cortex-m4',
    flags: ['-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'],
    ...MPS2,
  },
  'cortex-m7': {
    machine: 'mps2-an500',
    processor: 'cortex-m7',
    flags: ['-mfloat-abi=hard', '-mfpu=fpv5-d16'],
    ...MPS2,
  },
  /** Starts in the secure state, whose view of the memories has bit 28 set. */
  'cortex-m33': {
    machine: 'mps2-an505',
    processor: 'cortex-m33',
    flags: ['-mfloat-abi=hard', '-mfpu=fpv5-sp-d16'],
    flash: [0x1000_0000, 4 * MB],
    ram: [0x3800_0000, 2 * MB],
  },
  /** Has Helium (MVE). */
  'cortex-m55': {
    machine: 'mps3-an547',
    processor: 'cortex-m55',
    flags: ['-mfloat-abi=hard'],
    flash: [0, MB / 2],
    ram: [0x2000_0000, MB / 2],
  },
} as const satisfies Readonly<Record<string, Machine>>;

export type ArmCore = keyof typeof ARM_CORES;
export const ARM_CORE_NAMES = Object.keys(ARM_CORES) as readonly ArmCore[];

const folder = join(root, 'test', 'support', 'arm');

/** Builds (or finds) the program for a core, with the flags of firmware, and returns the path of its ELF file. */
export function buildArm(program: NativeProgram, core: ArmCore): Promise<string> {
  const { flags, flash, ram } = ARM_CORES[core];
  const script = join(folder, 'program.ld');
  const places = { flash_origin: flash[0], flash_size: flash[1], ram_origin: ram[0], ram_size: ram[1] };
  return buildWith(
    {
      compiler: 'arm-none-eabi-g++',
      flags: [
        ...['-mthumb', `-mcpu=${core}`, ...flags],
        ...['-std=gnu++17', '-O2', '-ffunction-sections', '-fdata-sections'],
        ...['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics', ...WARNINGS],
      ],
      linkFlags: [
        ...['--specs=rdimon.specs', '-Wl,--gc-sections', '-Wl,--no-warn-rwx-segments'],
        ...Object.entries(places).map(([name, value]) => `-Wl,--defsym=__${name}=${value}`),
        `-T${script}`,
      ],
      suffix: `-${core}-*-${createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 4)}.elf`,
    },
    { ...program, commonSources: [...(program.commonSources ?? []), join(folder, 'startup.cpp')] },
  );
}

/** Virtual time passes by 64 ns an instruction, and the boards' timers tick every 40 ns of it. */
export const INSTRUCTIONS_PER_TICK = 40 / 64;

/**
 * Runs a program with `input` on its standard input and returns its standard output.
 * @param count whether time is counted in instructions, which takes longer
 */
export async function runArm(
  executable: string,
  core: ArmCore,
  input: Uint8Array,
  count = false,
): Promise<string> {
  const { machine, processor } = ARM_CORES[core];
  const board = ['-M', machine, '-cpu', processor, '-monitor', 'none', '-serial', 'none'];
  const semihosting = ['-display', 'none', '-semihosting-config', 'enable=on,target=native'];
  const time = count ? ['-icount', 'shift=6,align=off,sleep=off'] : [];
  const args = [...board, ...semihosting, ...time, '-kernel', executable];
  const result = await execa('qemu-system-arm', args, {
    input,
    maxBuffer: 512 * 1024 * 1024,
    timeout: 120_000,
  });
  return result.stdout;
}
