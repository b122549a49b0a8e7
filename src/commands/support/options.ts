/**
 * Every option of the command line, once: a command lists the names of those it takes, so that the same
 * option means the same everywhere.
 *
 * Owns: spelling, help text, parsing. Leaves to others: what an option does (the commands).
 */
import { type Emulate, TWIN_KINDS } from '../../boards/twin-kinds.js';
import { inputError } from '../../diagnostics/errors.js';
import { didYouMean } from '../../diagnostics/nearest.js';
import { RUNTIMES, type Runtime } from '../../model/runtime.js';
import { OUTPUT_CHOICES, type OutputChoice } from '../../passes/probabilities/choice.js';
import { TRAIN_FRONTENDS, type TrainFrontend } from '../../train/frontends.js';
import { NETWORKS, type NetworkKind, type NetworkSize, SIZES } from '../../train/network.js';
import { LONGEST_WINDOW_MS, SHORTEST_WINDOW_MS } from '../../train/window.js';
import { parsePadding, parseRate, parseSnrs } from './evaluate-options.js';
import { parseWanted, type Wanted } from './live.js';
import { type MethodOption, type PinOption, parseMethod, parsePin } from './quantize-options.js';

export interface OptionDefinition<T> {
  /** As commander reads it: `--board <id>`. */
  readonly flags: string;
  readonly description: string;
  /** From the text after the option (and, where it may be repeated, the values so far). */
  parse?(text: string, before: T | undefined): T;
}

const text = (flags: string, description: string): OptionDefinition<string> => ({
  flags,
  description,
  parse: (value) => value,
});
const flag = (flags: string, description: string): OptionDefinition<boolean> => ({ flags, description });
const time = (name: string, flags: string, description: string): OptionDefinition<number> => ({
  flags,
  description,
  parse: (value) => parseDuration(name, value),
});

export const OPTIONS = {
  project: text('--project <dir>', 'folder of kws.json (default: this one)'),
  board: text('--board <id>', 'board, by its id or its PlatformIO id (default: the one in kws.json)'),
  model: text('--model <file>', 'a .tflite or microWakeWord manifest in place of kws.json'),
  port: text(
    '--port <path>',
    'serial port, its path or its USB serial number (default: found by the board’s USB ids)',
  ),
  runtime: {
    flags: '--runtime <name>',
    description: 'aot (generated C++) or tflm (TensorFlow Lite Micro’s interpreter)',
    parse: (value): Runtime => oneOf('--runtime', value, RUNTIMES),
  } satisfies OptionDefinition<Runtime>,
  emulate: {
    flags: '--emulate [how]',
    description:
      'build for the board’s twin and run it in QEMU; chip: on its emulated chip (boards with an RP2040); firmware: the very firmware that is flashed, on that chip',
    parse: (value): Emulate => {
      const kind = oneOf('--emulate', value, TWIN_KINDS);
      return kind === 'core' ? true : kind;
    },
  } satisfies OptionDefinition<Emulate>,
  onDevice: flag('--on-device', 'build the firmware, upload it and evaluate on the board'),
  serial: flag(
    '--serial',
    'everything over the serial line, as real boards have it, also where a virtual board shares its memory',
  ),
  aloud: flag(
    '--aloud',
    'what --play names is heard by the microphone of an emulated chip, through its pins',
  ),
  play: {
    flags: '--play <clip>',
    description:
      'audio in place of the microphone, WAV or FLAC; may be given several times; - is raw 16-bit PCM at 16 kHz on stdin',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  for: time('--for', '--for <time>', 'end after this time, such as 10s or 500ms'),
  untilDetect: text('--until-detect <label>', 'end when this label is heard: exit code 0, otherwise 1'),
  timeout: time('--timeout', '--timeout <time>', 'give --until-detect up after this time, such as 20s'),
  web: flag('--web', 'show it as a page, too, on 127.0.0.1 for this computer alone; its address is printed'),
  webPort: {
    flags: '--web-port <port>',
    description: 'port of that page (default: one that is free)',
    parse: parsePort,
  } satisfies OptionDefinition<number>,
  webFile: text(
    '--web-file <file>',
    'write it as a page of HTML in the end, to be looked at without a board',
  ),
  frameworkPath: text(
    '--framework-path <dir>',
    'a local folder of the vendor’s core in place of the registry’s; with --emulate chip it is the very firmware that runs',
  ),
  tflmPath: text('--tflm-path <dir>', 'a local TensorFlow Lite Micro library in place of the registry’s'),
  noMonitor: flag(
    '--no-monitor',
    'end after the upload and a checked hello; a virtual board goes on running',
  ),
  artifact: text(
    '--artifact <file>',
    'flash this file (.elf, .uf2, .hex, .bin) that kws-gen build wrote elsewhere; nothing is compiled',
  ),
  drive: text(
    '--drive <dir>',
    'mounted drive of the board’s bootloader, for a .uf2 (default: found by what it says of itself)',
  ),
  output: text('--output <dir>', 'folder of the firmware project (default: firmware-out)'),
  outputKind: {
    flags: '--output <kind>',
    description:
      'what the model’s outputs are: logits (a softmax or sigmoid is added) or probabilities (default: what the model tells)',
    parse: (value): OutputChoice => oneOf('--output', value, OUTPUT_CHOICES),
  } satisfies OptionDefinition<OutputChoice>,
  json: flag('--json', 'one JSON object per line on stdout'),
  name: text('--name <name>', 'name of the project (default: the model’s)'),
  labels: {
    flags: '--labels <list>',
    description: 'labels in the order of the model’s outputs, separated by commas',
    parse: (value) => value.split(',').map((label) => label.trim()),
  } satisfies OptionDefinition<readonly string[]>,
  frontend: text(
    '--frontend <preset>',
    'front end the model was trained with, with settings after commas (librosa-mfcc,dct.coefficients=13); none if there is none for it',
  ),
  gate: text('--gate <file>', 'voice-activity model (.tflite or manifest) that gates the wake words'),
  cutoff: {
    flags: '--cutoff <number>',
    description: 'mean probability above which a label counts as heard, 0 to 1',
    parse: (value) => parseFraction('--cutoff', value),
  } satisfies OptionDefinition<number>,
  example: {
    flags: '--example [name]',
    description: 'copy an example into a new project; without a name, list the examples',
    // Commander's own word for "without a name".
    parse: (value): string | true => value,
  } satisfies OptionDefinition<string | true>,
  reference: flag('--reference', 'refer to the model file where it is instead of copying it'),
  calibrate: {
    flags: '--calibrate <path>',
    description:
      'recordings (folder, WAV, FLAC) or features (.npy, .npz, .json) to quantize a float model with; may be given several times',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  out: text('-o, --out <file>', 'file that is written'),
  method: {
    flags: '--method <name>',
    description: 'how ranges are chosen: min-max (default), mse, or percentile, such as percentile:99.99',
    parse: parseMethod,
  } satisfies OptionDefinition<MethodOption>,
  pin: {
    flags: '--pin <name=min..max>',
    description:
      'range of a tensor that is given and not measured, such as input=0..26, or a JSON file with a table of them; may be given several times',
    parse: (value, before) => [...(before ?? []), parsePin(value)],
  } satisfies OptionDefinition<readonly PinOption[]>,
  inputType: {
    flags: '--input-type <type>',
    description: 'int8 (default) or float32',
    parse: (value): 'int8' | 'float32' => oneOf('--input-type', value, ['int8', 'float32']),
  } satisfies OptionDefinition<'int8' | 'float32'>,
  outputType: {
    flags: '--output-type <type>',
    description: 'int8 (default), uint8 or float32',
    parse: (value): 'int8' | 'uint8' | 'float32' =>
      oneOf('--output-type', value, ['int8', 'uint8', 'float32']),
  } satisfies OptionDefinition<'int8' | 'uint8' | 'float32'>,
  holdout: {
    flags: '--holdout <path>',
    description:
      'recordings or features that int8 is compared with float on, beside those it is calibrated with; may be given several times',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  report: text('--report <file>', 'write the report as a page of HTML, too'),
  manifest: flag('--manifest', 'write a microWakeWord manifest (version 2) beside it, for ESPHome'),
  quantized: flag('--quantized', 'the int8 values that the model sees, in place of the front end’s own'),
  wholeClip: flag(
    '--whole-clip',
    'as training libraries compute a clip, padded where they pad; a device sees a stream',
  ),
  compare: text('--compare <file>', 'what another pipeline made of the same clip: a .npy file'),
  tolerance: {
    flags: '--tolerance <number>',
    description: 'largest difference that counts as the same (default: a thousandth of the values’ range)',
    parse: (value) => parsePositive('--tolerance', value),
  } satisfies OptionDefinition<number>,
  positives: {
    flags: '--positives <path...>',
    description:
      'clips with a wake word, a folder or files (WAV, FLAC); PATH=LABEL says which word, where there are several and no folder is named like it',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  negatives: {
    flags: '--negatives <path...>',
    description: 'recordings without any wake word, folders or files (WAV, FLAC), the longer the better',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  noise: {
    flags: '--noise <path...>',
    description: 'recordings of noise that is added to the positives, folders or files',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  snr: {
    flags: '--snr <list>',
    description: 'how far the speech is above that noise, in dB, separated by commas, such as 20,10,5',
    parse: parseSnrs,
  } satisfies OptionDefinition<readonly number[]>,
  lead: {
    flags: '--lead <time>',
    description:
      'audio before each clip that is judged, such as 2s, or 0 (default: what the models and a start-deaf detector need)',
    parse: (value) => parsePadding('--lead', value),
  } satisfies OptionDefinition<number>,
  tail: {
    flags: '--tail <time>',
    description: 'audio after each clip, in which its word may still be heard (default: 1s)',
    parse: (value) => parsePadding('--tail', value),
  } satisfies OptionDefinition<number>,
  maxFa: {
    flags: '--max-fa <rate>',
    description: 'false accepts there may be, such as 0.5/h or 1/10h',
    parse: parseRate,
  } satisfies OptionDefinition<number>,
  maxMisses: {
    flags: '--max-misses <number>',
    description: 'words that may be missed (default: what kws.json says)',
    parse: (value) => parseCount('--max-misses', value),
  } satisfies OptionDefinition<number>,
  maxLatency: time(
    '--max-latency',
    '--max-latency <time>',
    'longest time from the end of a word to its detection, such as 500ms',
  ),
  maxLoad: {
    flags: '--max-load <part>',
    description: 'part of the processor that front end and models may take, 0 to 1',
    parse: (value) => parseFraction('--max-load', value),
  } satisfies OptionDefinition<number>,
  bench: text(
    '--bench <file>',
    'bench of boards (default: hil.json beside kws.json); --board all means every one',
  ),
  junit: text('--junit <file>', 'write the result as JUnit XML, too'),
  set: {
    flags: '--set <setting>',
    description:
      'set the running board: cutoff=0.9, window=3, refractory=800ms or gain=40; MODEL.cutoff=0.9 of one model; may be given several times',
    parse: (value, before) => [
      ...(before ?? []),
      parseWanted('--set', value, (text) => parseDuration('--set', text)),
    ],
  } satisfies OptionDefinition<readonly Wanted[]>,
  near: {
    flags: '--near <part>',
    description: 'a probability of this part of the cutoff is a near miss (default: 0.5)',
    parse: (value) => parseFraction('--near', value),
  } satisfies OptionDefinition<number>,
  flac: flag('--flac', 'write FLAC in place of WAV: the same samples in about half the room'),
  keep: flag('--keep', 'set it again where the board restarts in between'),
  save: flag('--save', 'write what was set to kws.json in the end'),
  live: flag('--live', 'firmware whose averaging window, refractory time and gain can be set while it runs'),
  refractory: flag('--refractory', 'choose the refractory time, too'),
  dryRun: flag('--dry-run', 'show what would be done, and write nothing'),
  word: {
    flags: '--word <phrase>',
    description: 'what is to be heard; given again, another spelling of it with which voices say it right',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  language: text('--language <code>', 'language of the voices, as espeak-ng writes it (default: en)'),
  judge: {
    flags: '--judge <path...>',
    description:
      'recordings of people saying the word that only judge, folders or files; nothing is learned from them',
    parse: (value, before) => [...(before ?? []), value],
  } satisfies OptionDefinition<readonly string[]>,
  trainFrontend: {
    flags: '--frontend <preset>',
    description:
      'micro-wake-word, micro-speech, or octave-bands for the smallest chips (default: micro-wake-word)',
    parse: (value): TrainFrontend => oneOf('--frontend', value, TRAIN_FRONTENDS),
  } satisfies OptionDefinition<TrainFrontend>,
  size: {
    flags: '--size <size>',
    description: 'xs, s, m or l (default: m, or what fits the board)',
    parse: (value): NetworkSize => oneOf('--size', value, SIZES),
  } satisfies OptionDefinition<NetworkSize>,
  network: {
    flags: '--network <kind>',
    description:
      'window: whole windows at every hop; streaming: keeps state, costs a fraction, runs in ESPHome, too (default: window, or streaming where the board has no time for windows)',
    parse: (value): NetworkKind => oneOf('--network', value, NETWORKS),
  } satisfies OptionDefinition<NetworkKind>,
  noNeural: flag(
    '--no-neural',
    'leave Kokoro’s neural voices out, where they are installed: some minutes less',
  ),
  quick: flag('--quick', 'a few minutes: shows that all of it works, and makes no detector to keep'),
  seed: {
    flags: '--seed <number>',
    description: 'of everything random (default: 1)',
    parse: (value) => parseSeed(value),
  } satisfies OptionDefinition<number>,
  trainWindow: {
    flags: '--window <time>',
    description:
      'how much of the past the network sees, 0.4 to 3 s (default: what holds the phrase but for its slowest speakers)',
    parse: (value) => parseWindow(value),
  } satisfies OptionDefinition<number>,
  folds: {
    flags: '--folds <number>',
    description:
      'cross-validation: so many models, each judged by the part of the recordings that it did not hear; the project’s hears all of them',
    parse: (value) => parseFolds(value),
  } satisfies OptionDefinition<number>,
  recordings: text(
    '--data <folder>',
    'with --resume: where the recordings that train.json names are, if they are not where it says',
  ),
  projectOut: text('-o, --out <folder>', 'folder of the new project (default: named after the word)'),
  listen: text('--listen <folder>', 'write some of what is learned from as WAV files, to be listened to'),
  resume: flag('--resume', 'as train.json in this folder (or --out) says, again or to its end'),
  force: flag('--force', 'replace what is there; build also where the board cannot keep up'),
  trust: flag('--trust', 'agree to settings of the project that can run code of their own when it is built'),
  compareRuntimes: flag(
    '--compare-runtimes',
    'build both runtimes for the virtual board or the board’s twin, count their instructions, and show both',
  ),
  cmake: flag('--cmake', 'a library in C++17 for CMake, without a framework'),
  arduinoLibrary: flag('--arduino-library', 'a zip for the Arduino IDE, with a sketch that listens'),
  platformio: flag('--platformio', 'a plain PlatformIO project with a program that listens'),
  zephyrModule: flag('--zephyr-module', 'a module of Zephyr, with a sample that listens'),
  esphome: flag('--esphome', 'manifest and model for ESPHome, of models that stream'),
  fix: flag('--fix', 'install what can be installed'),
  yes: flag('--yes', 'do not ask'),
} as const;

type Table = typeof OPTIONS;
export type OptionName = keyof Table;

/** What a command's `run` gets: every option that was given, parsed. */
export type OptionValues = {
  readonly [K in OptionName]?: Table[K] extends OptionDefinition<infer T> ? T : never;
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };
/** What Node's timers can hold. */
const LONGEST_MS = 2 ** 31 - 1;

/** `10s`, `500ms`, `2m`, `1.5h` → milliseconds; a bare number is seconds. */
export function parseDuration(option: string, value: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/.exec(value.trim());
  const ms = match === null ? Number.NaN : Number(match[1]) * UNITS[match[2] ?? 's']!;
  if (ms > 0 && ms <= LONGEST_MS) return Math.max(1, Math.round(ms));
  throw inputError({
    what: `"${value}" is not a time`,
    where: option,
    next: 'give a number and a unit (ms, s, m or h), such as 10s',
  });
}

function parseFraction(option: string, value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (number >= 0 && number <= 1) return number;
  throw inputError({
    what: `"${value}" is not a number from 0 to 1`,
    where: option,
    next: 'give it such as 0.97',
  });
}

function parseCount(option: string, value: string): number {
  const number = /^\d{1,9}$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (Number.isInteger(number)) return number;
  throw inputError({
    what: `"${value}" is not a whole number of at least 0`,
    where: option,
    next: 'give it such as 2',
  });
}

function parsePort(value: string): number {
  const number = /^\d{1,5}$/.test(value.trim()) ? Number(value) : Number.NaN;
  if (number >= 1 && number <= 65_535) return number;
  throw inputError({
    what: `"${value}" is not a port`,
    where: '--web-port',
    next: 'give a number from 1 to 65535, or leave it out',
  });
}

function parsePositive(option: string, value: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (number >= 0 && Number.isFinite(number)) return number;
  throw inputError({
    what: `"${value}" is not a number of at least 0`,
    where: option,
    next: 'give it such as 0.01',
  });
}

function parseSeed(value: string): number {
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  throw inputError({
    what: `"${value}" is not a whole number of at most nine digits`,
    where: '--seed',
    next: 'give it such as 1',
  });
}

function parseWindow(value: string): number {
  const ms = parseDuration('--window', value);
  if (ms >= SHORTEST_WINDOW_MS && ms <= LONGEST_WINDOW_MS) return ms;
  throw inputError({
    what: `"${value}" is not a time from 0.4 to 3 s`,
    where: '--window',
    next: 'give it such as 1s; most words take less, and a longer one takes longer to compute',
  });
}

function parseFolds(value: string): number {
  if (/^([2-9]|10)$/.test(value.trim())) return Number(value);
  throw inputError({
    what: `"${value}" is not a whole number from 2 to 10`,
    where: '--folds',
    next: 'give it such as 4: five models are trained then',
  });
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value);
  if (found !== undefined) return found;
  throw inputError({ what: `"${value}" is not known`, where: option, next: didYouMean(value, known) });
}
