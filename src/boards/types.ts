/**
 * What a board is: the schema of `boards/<id>.board.json` and the types of a checked board.
 *
 * Owns: the fields, their ranges and their descriptions; the JSON schema and the docs come from here.
 * Leaves to others: reading files (`load.ts`), twins (`twin.ts`), rendering platformio.ini (`emit/`),
 * which interpreter library is which (`tflm-libraries.ts`), which sources a HAL has (`hal.ts`).
 */
import { z } from 'zod';
import { HAL_KINDS } from './hal.js';
import { TFLM_LIBRARY_IDS, type TflmLibrary } from './tflm-libraries.js';

/** File name without `.board.json`. */
export const boardIdPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

const text = z.string().trim().min(1);
const bytes = z.int().positive();
const usbNumber = z.string().regex(/^[0-9A-F]{4}$/, 'expected four upper-case hex digits, such as "2341"');
const flag = z.string().regex(/^\S+$/, 'expected one flag without spaces');

/** Where a platform comes from; a floating version would change the firmware under its user. */
const pinnedPlatform =
  /^(?:bundled|[\w.-]+(?:\/[\w.-]+)?@\d+\.\d+\.\d+[\w.+-]*|https:\/\/\S+(?:#[\w./-]+|\.zip|\.tar\.gz))$/;
const pinnedLibrary = /^(?:[\w.-]+\/)?[\w .-]+@\d+\.\d+\.\d+[\w.+-]*$/;

export const CORES = [
  'cortex-m0plus',
  'cortex-m3',
  'cortex-m4f',
  'cortex-m7',
  'cortex-m33',
  'xtensa-lx6',
  'xtensa-lx7',
  'host',
] as const;
export type Core = (typeof CORES)[number];

/** From weakest to strongest; see docs/adding-a-board.md. */
export const VERIFICATION_LEVELS = ['rendered', 'compiled', 'linked', 'emulated', 'hardware'] as const;
export type VerificationLevel = (typeof VERIFICATION_LEVELS)[number];

const noticeSchema = z.strictObject({
  name: text.describe('What is pulled in, e.g. "Arduino core for mbed".'),
  version: text.optional(),
  license: text.describe('SPDX expression.'),
  url: z.url(),
});

const microphoneSchema = z.strictObject({
  interface: z.enum(['PDM', 'I2S']).describe('How samples come in.'),
  part: text.optional().describe('The microphone, e.g. "MP34DT06JTR".'),
  pins: z
    .record(z.string().regex(/^[a-z][a-z0-9]*$/, 'expected a lower-case name'), z.int().min(0).max(255))
    .default({})
    .describe('Pin numbers of the Arduino core that the HAL must be told; each becomes KWS_MIC_PIN_<NAME>.'),
  gain: z
    .int()
    .min(-128)
    .max(255)
    .optional()
    .describe(
      'Gain in the units of the capture API; becomes KWS_MIC_GAIN. The core keeps its own if absent.',
    ),
  settleMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe('Audio thrown away after the start, in ms; becomes KWS_MIC_SETTLE_MS.'),
  note: text.optional(),
});

const platformioSchema = z.strictObject({
  platform: z
    .string()
    .regex(pinnedPlatform, 'expected a pinned platform, such as "nordicnrf52@10.11.0", or "bundled"')
    .describe('PlatformIO development platform with its exact version; "bundled" is the tool\'s own.'),
  board: text.describe('Board id of that platform.'),
  framework: text.optional(),
  options: z
    .record(z.string().regex(/^[a-z][a-z0-9_.]*$/, 'expected a platformio.ini key'), z.string())
    .default({})
    .describe('Further keys of the environment, e.g. "board_build.arduino.memory_type".'),
  buildFlags: z.array(flag).default([]),
  buildUnflags: z.array(flag).default([]),
  libDeps: z
    .array(z.string().regex(pinnedLibrary, 'expected a pinned library, such as "owner/name@1.2.3"'))
    .default([]),
});

export const boardFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: text.describe('As the maker writes it.'),
    aliases: z.array(text).default([]).describe('Other names users know it by; PlatformIO board ids.'),
    kind: z.enum(['real', 'virtual', 'native']).describe('A board, a QEMU machine, or the host itself.'),
    mcu: text,
    core: z.enum(CORES),
    clockHz: z.int().nonnegative().describe('0 for the host.'),
    flashBytes: bytes.describe('What a program may use.'),
    ramBytes: bytes.describe('What a program may use.'),
    microphone: microphoneSchema.nullable().describe('null: audio can only be pushed by the host.'),
    hal: z.enum(HAL_KINDS).describe('Which implementation of kws_hal.h is linked.'),
    platformio: platformioSchema,
    monitorBaud: z.int().min(9600).max(4_000_000).default(115_200),
    usb: z
      .array(z.strictObject({ vid: usbNumber, pid: usbNumber, note: text.optional() }))
      .default([])
      .describe('USB ids of the serial port while the firmware or the bootloader runs.'),
    upload: z
      .strictObject({
        touch1200: z
          .boolean()
          .default(false)
          .describe('Opening the port at 1200 baud starts the bootloader.'),
        reenumerates: z
          .boolean()
          .default(false)
          .describe('The port goes away and comes back while uploading.'),
        help: text.optional().describe('What to do where the board does not enter its bootloader by itself.'),
      })
      .default({ touch1200: false, reenumerates: false }),
    defaultRuntime: z.enum(['aot', 'tflm']),
    tflm: z.enum(TFLM_LIBRARY_IDS).nullable().describe("Interpreter library; null: runs nothing but 'aot'."),
    twin: z
      .strictObject({
        board: text.nullable().describe('A virtual board with the nearest core; null: none.'),
        cpuFlags: z.array(flag).default([]).describe("The real board's compiler flags for its CPU."),
        note: text.describe('How near it comes, or why there is none.'),
      })
      .nullable()
      .default(null)
      .describe('What --emulate builds for.'),
    verified: z.strictObject({
      level: z.enum(VERIFICATION_LEVELS),
      note: text.describe('What was done, with which versions.'),
    }),
    notices: z.array(noticeSchema).default([]).describe('Third-party code that the build pulls in.'),
  })
  .superRefine((board, context) => {
    const wrong = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const bundled = board.platformio.platform === 'bundled';
    if (board.kind === 'real') {
      if (bundled) wrong(['platformio', 'platform'], 'a real board needs a platform of its vendor');
      if (board.usb.length === 0) wrong(['usb'], 'a real board needs the USB ids of its serial port');
      if (board.twin === null) wrong(['twin'], 'a real board names its twin, or says why it has none');
      if (board.clockHz === 0) wrong(['clockHz'], 'expected the clock in Hz');
      if (board.verified.level === 'emulated')
        wrong(
          ['verified', 'level'],
          '"emulated" is for virtual boards; a real board\'s twin proves its code, not the board',
        );
    } else {
      if (!bundled) wrong(['platformio', 'platform'], 'a virtual board is built by the "bundled" platform');
      if (board.twin !== null) wrong(['twin'], 'only a real board has a twin');
    }
    if (board.defaultRuntime === 'tflm' && board.tflm === null)
      wrong(['defaultRuntime'], '"tflm" needs an interpreter library in the field tflm');
    if (board.twin?.board && board.twin.cpuFlags.length === 0)
      wrong(['twin', 'cpuFlags'], "expected the real board's CPU flags");
  });

/** A board file as written, before defaults are filled in. */
export type BoardFile = z.input<typeof boardFileSchema>;
type BoardData = Omit<z.output<typeof boardFileSchema>, '$schema'>;

/** A checked board file and its id. */
export type Board = DeepReadonly<BoardData> & { readonly id: string };

/** What `emit/`, `build/` and the commands work on: everything a board file refers to by name is looked up. */
export interface ResolvedBoard extends Omit<Board, 'tflm'> {
  readonly tflm: TflmLibrary | null;
  /** Sources of the HAL, relative to `templates/lib/kws_hal/src`; the library's common sources come on top. */
  readonly halSources: readonly string[];
  /** Preprocessor constants of the HAL: name without `-D` → value. */
  readonly halDefines: ReadonlyMap<string, string>;
  /** Set when this is the twin of a real board: what it stands for, and how near it comes. */
  readonly emulates?: { readonly id: string; readonly name: string; readonly note: string };
}

export type Microphone = NonNullable<Board['microphone']>;
export type Notice = Board['notices'][number];

type DeepReadonly<T> = T extends (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
