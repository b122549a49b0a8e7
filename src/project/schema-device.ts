/** The parts of `kws.json` that are about the device: what it does on a detection and says on its line, and each board. */
import { z } from 'zod';
import { RUNTIMES } from '../model/runtime.js';
import { label, line, name, oneLine, whole } from './schema-fields.js';
import { SCORE_TEXTS } from './types.js';

/** What a port is called: it becomes part of the command that uploads. */
const port = z
  .string()
  .max(1024)
  .regex(/^[\w.:/\\@+,=-]+$/, 'must be a path, a name such as COM3, or a USB serial number')
  .meta({ description: 'serial port of this board', examples: ['/dev/ttyACM0'] });

export const action = z.strictObject({
  on: label.meta({ description: 'the label whose detection it is for', examples: ['yes'] }),
  model: name('the model that must hear it, where several have that label', 'okay_nabu').optional(),
  pin: z
    .union([
      z.int().min(0).max(255),
      z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,31}$/, 'must be the name of a pin, or its number'),
    ])
    .meta({
      description: 'an output pin of the board: its number, or a name of it',
      examples: ['LED_BUILTIN'],
    })
    .optional(),
  level: z
    .enum(['high', 'low', 'toggle'])
    .meta({
      description: 'what the pin becomes; before, it is the other (default: high)',
      examples: ['high'],
    })
    .optional(),
  ms: whole(
    1,
    600_000,
    'how long it stays so, in ms; without it until another action sets the pin',
    500,
  ).optional(),
  pulses: whole(1, 1000, 'how often, each as long as "ms" and as long apart', 3).optional(),
  text: z
    .string()
    .min(1, 'must not be empty')
    .max(200)
    .regex(oneLine, 'must not contain control characters')
    .regex(/^(?!\s*\{)/, 'must not begin with {: such lines are the board’s own')
    .meta({ description: 'a line that is printed on the serial line', examples: ['lights on'] })
    .optional(),
});

export const serial = z.strictObject({
  mlperfTiny: z
    .strictObject({
      benchmark: z
        .string()
        .regex(/^[a-z]{2,8}\d{2}$/, 'must be the name of a benchmark, such as kws01')
        .meta({ description: 'what the runner calls the model: the test it chooses', examples: ['kws01'] }),
      model: name('the model that is run (default: the first)', 'kws').optional(),
    })
    .meta({
      description: 'the firmware also answers the commands of the MLPerf Tiny benchmark',
      examples: [{ benchmark: 'kws01' }],
    })
    .optional(),
  text: z
    .enum(SCORE_TEXTS)
    .meta({
      description: 'scores are also printed as text, in the format of another tool',
      examples: ['edge-impulse'],
    })
    .optional(),
});

export const board = z.strictObject({
  runtime: z
    .enum(RUNTIMES)
    .meta({ description: 'runtime on this board', examples: ['aot'] })
    .optional(),
  hop: whole(
    1,
    10_000,
    'feature steps from one inference to the next on this board, of models that take whole windows',
    5,
  ).optional(),
  port: port.optional(),
  monitorBaud: whole(
    9600,
    4_000_000,
    "rate of the serial line, where it is a UART; the board's unless told",
    115_200,
  ).optional(),
  microphone: z
    .strictObject({
      gain: whole(-128, 255, 'gain in the units of the capture API', 20).optional(),
      settleMs: whole(0, 10_000, 'audio thrown away after the start, in ms', 500).optional(),
      pins: z
        .record(z.string().regex(/^[a-z][a-z0-9]*$/, 'must be a lower-case name'), z.int().min(0).max(255))
        .meta({ description: 'pin numbers of the microphone', examples: [{ din: 2 }] })
        .optional(),
    })
    .meta({ description: 'how this microphone is set', examples: [{ gain: 20 }] })
    .optional(),
  platformio: z
    .strictObject({
      options: z
        .record(
          z.string().regex(/^[a-z][a-z0-9_.]*$/, 'must be a platformio.ini key'),
          line('a value', 'dio'),
        )
        .meta({ description: 'further keys of platformio.ini', examples: [{ upload_speed: '921600' }] })
        .optional(),
      buildFlags: z
        .array(line('a compiler flag', '-O3'))
        .meta({ description: 'further compiler flags', examples: [['-O3']] })
        .optional(),
      buildUnflags: z
        .array(line('a compiler flag', '-Os'))
        .meta({ description: 'compiler flags to take away', examples: [['-Os']] })
        .optional(),
      libDeps: z
        .array(line('a library', 'owner/name@1.2.3'))
        .meta({ description: 'further libraries', examples: [['owner/name@1.2.3']] })
        .optional(),
    })
    .meta({ description: 'further settings of the PlatformIO environment' })
    .optional(),
});
