/**
 * How files get into a board's flash without a compiler: families of UF2 bootloaders, and the programs that flash.
 *
 * Owns: two tables that board files name entries of. Leaves to others: writing files (`artifacts/`), running programs
 * (`platformio/`).
 */

/** Ids by chip, from https://github.com/microsoft/uf2. */
export const UF2_FAMILIES = {
  esp32s2: 0xbfdd4eee,
  esp32s3: 0xc47e5767,
  nrf52833: 0x621e937a,
  nrf52840: 0xada52840,
  rp2040: 0xe48bff56,
  'rp2350-arm-s': 0xe48bff59,
  samd21: 0x68ed2b88,
  samd51: 0x55114460,
} as const;
export type Uf2Family = keyof typeof UF2_FAMILIES;
export const UF2_FAMILY_NAMES = Object.keys(UF2_FAMILIES) as [Uf2Family, ...Uf2Family[]];

export interface UploadTool {
  /** PlatformIO's package that has it; it is downloaded where it is missing. */
  readonly package: string;
  /** The program and its arguments; `{chip}`, `{port}` and `{file}` stand for what they say. */
  readonly words: readonly string[];
}

export const UPLOAD_TOOLS = {
  bossac: {
    package: 'platformio/tool-bossac-nordicnrf52',
    words: ['bossac', '-d', '--port={port}', '-U', '-i', '-e', '-w', '{file}', '-R'],
  },
  esptool: {
    package: 'platformio/tool-esptoolpy',
    words: ['esptool.py', '--chip', '{chip}', '--port', '{port}', 'write_flash', '0x0', '{file}'],
  },
  nrfjprog: {
    package: 'platformio/tool-nrfjprog',
    words: ['nrfjprog', '--program', '{file}', '--sectorerase', '--verify', '--reset'],
  },
  'st-flash': {
    package: 'platformio/tool-stm32duino',
    words: ['st-flash', '--reset', '--format', 'ihex', 'write', '{file}'],
  },
  teensy: {
    package: 'platformio/tool-teensy',
    words: ['teensy_loader_cli', '--mcu={chip}', '-w', '-v', '{file}'],
  },
} as const satisfies Readonly<Record<string, UploadTool>>;
export type UploadToolName = keyof typeof UPLOAD_TOOLS;
export const UPLOAD_TOOL_NAMES = Object.keys(UPLOAD_TOOLS) as [UploadToolName, ...UploadToolName[]];

/** What a command line is filled with. */
export interface UploadPlace {
  readonly chip?: string | undefined;
  readonly port: string;
  readonly file: string;
}

/** The words of a command line: the program, then its arguments. */
export function uploadCommand(
  tool: UploadToolName,
  { chip = '', port, file }: UploadPlace,
): readonly string[] {
  const values: Readonly<Record<string, string>> = { chip, port, file };
  return UPLOAD_TOOLS[tool].words.map((word) =>
    word.replace(/\{(chip|port|file)\}/g, (_, name: string) => values[name]!),
  );
}
