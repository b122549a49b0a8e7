/**
 * What a board is: the schema of `boards/<id>.board.json` and the types of a checked board.
 *
 * Owns: the fields, their ranges and their descriptions; the JSON schema and the docs come from here.
 * Leaves to others: reading files (`board-files.ts`, `load.ts`), twins (`twin.ts`), rendering platformio.ini (`emit/`),
 * which interpreter library is which (`tflm-libraries.ts`), which sources a HAL has (`hal.ts`).
 */
import { z } from 'zod';
import type { Target } from './cores.js';
import { CORES } from './cores.js';
import { UF2_FAMILY_NAMES, UPLOAD_TOOL_NAMES } from './flashing.js';
import { HAL_KINDS } from './hal.js';
import { USUAL_BAUD } from './line-rates.js';
import { PINNED_PLATFORM } from './platform-source.js';
import { TFLM_LIBRARY_IDS, type TflmLibrary } from './tflm-libraries.js';

/** File name without `.board.json`. */
export const boardIdPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

const text = z.string().trim().min(1);
const bytes = z.int().positive();
const usbNumber = z.string().regex(/^[0-9A-F]{4}$/, 'must be four upper-case hex digits, such as "2341"');
const flag = z.string().regex(/^\S+$/, 'must be one flag without spaces');

const chip = z.string().regex(/^[\w.-]{1,40}$/, 'must be a name without spaces');
const pinnedLibrary = /^(?:[\w.-]+\/)?[\w .-]+@\d+\.\d+\.\d+[\w.+-]*$/;

/** See docs/adding-a-board.md for what each one claims. */
const VERIFICATION_LEVELS = [
  'rendered',
  'compiled',
  'linked',
  'emulated',
  'chip emulated',
  'hardware',
] as const;
export type VerificationLevel = (typeof VERIFICATION_LEVELS)[number];

const noticeSchema = z.strictObject({
  name: text.describe('what is pulled in, such as "Arduino core for mbed"'),
  version: text.optional().describe('its version'),
  license: text.describe('an SPDX license expression'),
  url: z.url().describe('where it is published'),
});

const microphoneSchema = z.strictObject({
  interface: z.enum(['PDM', 'I2S']).describe('how samples come in'),
  part: text.optional().describe('the microphone, such as "MP34DT06JTR"'),
  pins: z
    .record(z.string().regex(/^[a-z][a-z0-9]*$/, 'must be a lower-case name'), z.int().min(0).max(255))
    .default({})
    .describe('pin numbers that the HAL must be told; each becomes KWS_MIC_PIN_<NAME>'),
  gain: z
    .int()
    .min(-128)
    .max(255)
    .optional()
    .describe("gain in the capture API's own units (KWS_MIC_GAIN); absent: what the core sets"),
  settleMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('milliseconds of audio thrown away after the start (KWS_MIC_SETTLE_MS)'),
  sampleRates: z
    .array(z.int().min(8000).max(96_000))
    .min(1)
    .default([16_000])
    .describe('samples per second it can capture; other rates of a front end are resampled on the board'),
  channel: z
    .enum(['left', 'right'])
    .default('left')
    .describe('which of two channels it speaks on: left where its L/R or SEL pin is at GND'),
  load: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('part of the processor that the capture of audio takes, where no peripheral decodes it'),
  source: text
    .optional()
    .describe('where gain and settling time come from: a data sheet, a core, a measurement, or nobody knows'),
  note: text.optional().describe('what a user should know'),
});

const platformioSchema = z.strictObject({
  platform: z
    .string()
    .max(300, { abort: true })
    .regex(
      PINNED_PLATFORM,
      'must be a pinned platform, such as "nordicnrf52@10.11.0", "https://github.com/OWNER/PLATFORM.git#v1.2.3" (a tag or a commit, no branch), or "bundled"',
    )
    .describe(
      'the PlatformIO development platform with its exact version, or a git URL with its tag or commit; "bundled" is the tool\'s own',
    ),
  board: text.describe('the board id of that platform'),
  framework: text.optional().describe('the framework, such as "arduino"'),
  options: z
    .record(z.string().regex(/^[a-z][a-z0-9_.]*$/, 'must be a key of platformio.ini'), z.string())
    .default({})
    .describe('further keys of the environment in platformio.ini'),
  buildFlags: z.array(flag).default([]).describe('compiler flags'),
  buildUnflags: z.array(flag).default([]).describe('compiler flags of the platform to take away'),
  libDeps: z
    .array(z.string().regex(pinnedLibrary, 'must be a pinned library, such as "owner/name@1.2.3"'))
    .default([])
    .describe('libraries with their exact versions'),
});

const pinsSchema = z.strictObject({
  first: z.int().min(0).max(255).describe('the first of its digital pins'),
  last: z.int().min(0).max(255).describe('the last of them'),
  names: z
    .record(
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, 'must be a name such as LED_BUILTIN'),
      z.union([z.int().min(0).max(255), z.literal('core')]),
    )
    .default({})
    .describe('pins with a name: the number, or "core" where the framework has a constant of that name'),
  note: text.optional().describe('what a user should know, such as which of them are lit by a low level'),
});

const usbSchema = z.strictObject({
  vid: usbNumber.describe('USB vendor id'),
  pid: usbNumber.describe('USB product id'),
  state: z
    .enum(['firmware', 'bootloader'])
    .default('firmware')
    .describe('what runs when the board shows this id: after an upload a bootloader is waited out'),
  note: text.optional().describe('which of several ports this is'),
});

const uploadSchema = z.strictObject({
  touch1200: z
    .boolean()
    .default(false)
    .describe('whether opening the port at 1200 baud starts the bootloader'),
  reenumerates: z
    .boolean()
    .default(false)
    .describe('whether the port goes away and comes back while uploading'),
  help: text.optional().describe('what to do where the board does not enter its bootloader by itself'),
});

const artifactSchema = z.discriminatedUnion('format', [
  z.strictObject({
    format: z.literal('uf2').describe('copied to the drive that the bootloader shows'),
    family: z.enum(UF2_FAMILY_NAMES).describe('the chip that the bootloader must be for'),
    drive: text.describe('label of that drive'),
    boardId: text.describe('Board-ID of its file INFO_UF2.TXT'),
  }),
  z.strictObject({
    format: z.literal('hex').describe('Intel HEX of the program'),
    tool: z.enum(UPLOAD_TOOL_NAMES).describe('what flashes it'),
    chip: chip.optional().describe('how that tool calls the chip or the board'),
  }),
  z.strictObject({
    format: z.literal('bin').describe('the bytes of the program from its first address on'),
    tool: z.enum(UPLOAD_TOOL_NAMES).describe('what flashes it'),
    chip: chip.optional().describe('how that tool calls the chip or the board'),
  }),
  z.strictObject({
    format: z.literal('merged-bin').describe("an ESP32's flash: bootloader, partitions and program"),
    tool: z.enum(UPLOAD_TOOL_NAMES).describe('what flashes it'),
    chip: chip.optional().describe('how that tool calls the chip or the board'),
    bootloaderAt: z.int().min(0).max(0x7000).describe('address of the bootloader in flash'),
  }),
]);

/** An ESP32's UF2 bootloader counts from the begin of the application's partition. */
const hasAddresses = (kind: z.output<typeof artifactSchema>) =>
  kind.format === 'hex' || (kind.format === 'uf2' && !kind.family.startsWith('esp32'));

const powerSchema = z.strictObject({
  activeMicroampsPerMegahertz: z
    .number()
    .positive()
    .describe('of the processor while it computes from flash'),
  microphoneMicroamps: z.number().nonnegative().describe('of the microphone while it listens'),
  source: text.describe('where the figures come from'),
});

const twinSchema = z.strictObject({
  board: text.nullable().describe('a virtual board with the nearest core; null where there is none'),
  cpu: text.optional().describe("what the real board's compiler is given as -mcpu"),
  floatFlags: z.array(flag).default([]).describe("the real board's floating-point flags"),
  chip: text
    .optional()
    .describe(
      "a virtual board that emulates the very chip, for '--emulate chip'; absent where there is none",
    ),
  pins: z
    .record(z.string().regex(/^[a-z]{2,8}$/), z.int().min(0).max(255))
    .optional()
    .describe(
      "pins of the microphone on the chip, where the vendor's core knows them and 'microphone' does not",
    ),
  note: text.describe('how near it comes, or why there is none'),
});

export const boardFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text.describe('the name its maker gives it'),
    aliases: z.array(text).default([]).describe('other names users know it by: PlatformIO board ids'),
    kind: z.enum(['real', 'virtual', 'native']).describe('a board, a QEMU machine, or the host itself'),
    mcu: text.describe('the microcontroller'),
    core: z.enum(CORES).describe('the processor core'),
    clockHz: z.int().nonnegative().describe('the core clock in Hz; 0 for the host'),
    flashBytes: bytes.describe('the bytes of flash a program may use'),
    flashAt: z
      .string()
      .regex(/^0x[0-9a-f]{1,8}$/, 'must be an address such as "0x08000000"')
      .optional()
      .describe('address of the first of these bytes, for boards that are flashed from uf2 or hex files'),
    ramBytes: bytes.describe('the bytes of RAM a program may use'),
    microphone: microphoneSchema
      .nullable()
      .describe('the microphone; null where only the host can push audio'),
    hal: z.enum(HAL_KINDS).describe('the implementation of kws_hal.h that is linked'),
    pins: pinsSchema
      .nullable()
      .default(null)
      .describe('the output pins that actions may set; null: none are known'),
    platformio: platformioSchema.describe('what stands in platformio.ini'),
    monitorBaud: z
      .int()
      .min(9600)
      .max(4_000_000)
      .default(USUAL_BAUD)
      .describe(
        'the rate of the serial line: where it is a UART, the highest that its bridge to USB carries',
      ),
    usb: z
      .array(usbSchema)
      .default([])
      .describe('USB ids of its serial ports, with the firmware or the bootloader running'),
    upload: uploadSchema
      .default({ touch1200: false, reenumerates: false })
      .describe('what happens on the port while uploading'),
    artifacts: z
      .array(artifactSchema)
      .default([])
      .describe('files that a build leaves for flashing by hand, the one that is flashed most easily first'),
    defaultRuntime: z.enum(['aot', 'tflm']).describe('the runtime unless the user names one'),
    tflm: z
      .enum(TFLM_LIBRARY_IDS)
      .nullable()
      .describe("the interpreter library; null: runs nothing but 'aot'"),
    power: powerSchema.optional().describe('currents, from which battery hours are estimated'),
    twin: twinSchema.nullable().default(null).describe('what --emulate builds for'),
    verified: z
      .strictObject({
        level: z.enum(VERIFICATION_LEVELS).describe('how far support for this board was tried'),
        note: text.describe('what was done, with which versions'),
      })
      .describe('how far support for this board was tried'),
    notices: z.array(noticeSchema).default([]).describe('third-party code that the build pulls in'),
  })
  .superRefine((board, context) => {
    const wrong = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const bundled = board.platformio.platform === 'bundled';
    if (board.kind === 'real') {
      if (bundled)
        wrong(['platformio', 'platform'], 'is for virtual boards: name the platform of its vendor');
      if (board.usb.length === 0) wrong(['usb'], 'must list the USB ids of its serial port');
      if (board.twin === null) wrong(['twin'], 'must name the twin, or say in its note why there is none');
      if (board.clockHz === 0) wrong(['clockHz'], 'must be the clock in Hz');
      if (board.flashAt === undefined && board.artifacts.some(hasAddresses))
        wrong(['flashAt'], 'must be where a program may begin: its uf2 or hex files say addresses');
      if (board.verified.level === 'emulated')
        wrong(['verified', 'level'], 'is for virtual boards: a twin proves the code, not the board');
    } else {
      if (!bundled) wrong(['platformio', 'platform'], 'must be "bundled": no other platform builds it');
      if (board.twin !== null) wrong(['twin'], 'must be null: only a real board has a twin');
    }
    if (board.defaultRuntime === 'tflm' && board.tflm === null)
      wrong(['defaultRuntime'], 'needs an interpreter library in the field tflm');
    if (board.twin?.board && board.twin.cpu === undefined)
      wrong(['twin', 'cpu'], 'must name the real board\'s CPU, such as "cortex-m4"');
  });

/** A board file as written, before defaults are filled in. */
export type BoardFile = z.input<typeof boardFileSchema>;
type BoardData = Omit<z.output<typeof boardFileSchema>, '$schema'>;

/** A checked board file and its id. */
export type Board = DeepReadonly<BoardData> & { readonly id: string };

/** What `emit/`, `platformio/` and the commands work on: everything a board file refers to by name is looked up. */
export interface ResolvedBoard extends Omit<Board, 'tflm'> {
  readonly tflm: TflmLibrary | null;
  /** Path of its file, where it is the user's own and not one that comes with the tool. */
  readonly file?: string;
  /** What the compiler knows of it. */
  readonly target: Target;
  /** Sources of the HAL, relative to `templates/lib/kws_hal/src`; the library's common sources come on top. */
  readonly halSources: readonly string[];
  /** Preprocessor constants of the HAL: name without `-D` → value. */
  readonly halDefines: ReadonlyMap<string, string>;
  /** Set when this is the twin: the rates of the real board's microphone. */
  readonly captureRates?: readonly number[];
  /** Set when this is the twin of a real board: what it stands for, and how near it comes. */
  readonly emulates?: { readonly id: string; readonly name: string; readonly note: string };
  /** Set when the board's own firmware is run on its emulated chip: how its microphone is wired (`wiringOf`). */
  readonly onChip?: { readonly microphone?: string };
}

export type Microphone = NonNullable<Board['microphone']>;
export type ArtifactKind = Board['artifacts'][number];
export type Notice = Board['notices'][number];

type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
