/** Exit codes, streams and wording of the command line as a whole. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/commands/main.js';
import type { Command } from '../../src/commands/support/command.js';
import { Interrupted } from '../../src/commands/support/prompts.js';
import { jsonLines, kwsGen } from '../support/command-line.js';
import { wakeModel } from '../support/wake-model.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kws cli '));
  writeFileSync(join(directory, 'wake.tflite'), wakeModel());
  writeFileSync(join(directory, 'noise.bin'), Buffer.from([1, 2, 3]));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('--emulate', () => {
  test.each([
    [['--emulate', 'word.wav'], /too many arguments/],
    [['--emulate=core', 'word.wav'], /too many arguments/],
    [['--emulate', 'chip', 'word.wav'], /too many arguments/],
    [['--emulate=world.wav'], /core.*chip/],
  ])('%j takes a word of its own and no file', async (words, message) => {
    const { code, err } = await kwsGen(['flash', ...words]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('help', () => {
  test.each([[[]], [['--help']], [['help']]])('%j lists the commands on stdout', async (argv) => {
    const { code, out, err } = await kwsGen(argv);
    expect([code, err]).toEqual([0, '']);
    for (const name of [
      'init',
      'inspect',
      'boards',
      'ports',
      'doctor',
      'render',
      'build',
      'flash',
      'monitor',
    ])
      expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });
  test.each([[['flash', '--help']], [['help', 'flash']]])('%j explains one', async (argv) => {
    const { code, out } = await kwsGen(argv);
    expect(code).toBe(0);
    expect(out).toContain('--until-detect <label>');
    expect(out).toContain('Examples:\n  $ kws-gen flash --board virtual-cortex-m4 --play okay_nabu.wav');
  });
  test('--version', async () => {
    expect(await kwsGen(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('mistakes in the command line: exit code 2, nothing on stdout', () => {
  test.each([
    [['flsh'], 'error unknown command "flsh"\n  next: did you mean flash?\n'],
    [['xyzzy'], 'error unknown command "xyzzy"\n  next: kws-gen help shows what there is\n'],
    [['flash', '--bord', 'x'], 'error unknown option "--bord"\n  next: did you mean --board?\n'],
    [
      ['boards', '--zzzzzz'],
      'error unknown option "--zzzzzz"\n  next: kws-gen help boards shows what there is\n',
    ],
    [
      ['inspect'],
      'error missing required argument "model"\n  next: kws-gen help inspect shows what there is\n',
    ],
    [
      ['flash', '--for'],
      'error option "--for <time>" argument missing\n  next: kws-gen help flash shows what there is\n',
    ],
    [
      ['flash', '--for', 'soon'],
      'error --for: "soon" is not a time\n  next: give a number and a unit (ms, s, m or h), such as 10s\n',
    ],
    [['flash', '--runtime', 'ao'], 'error --runtime: "ao" is not known\n  next: did you mean aot?\n'],
    [['help', 'flsh'], 'error unknown command "flsh"\n  next: did you mean flash?\n'],
    [['help', 'tunes'], 'did you mean tune?'],
    [['help', 'xyzzy'], 'error unknown command "xyzzy"\n'],
    [['boards', 'extra'], 'kws-gen help boards shows what there is\n'],
    [['flash', '--timeout', '3s'], 'error --timeout: means nothing without --until-detect\n'],
    [
      ['flash', '--no-monitor', '--until-detect', 'x'],
      'error --until-detect: means nothing with --no-monitor, which ends after the hello\n',
    ],
    [['init'], 'error a model is missing\n  next: kws-gen init okay_nabu.json, or any int8 .tflite\n'],
  ])('%j', async (argv, expected) => {
    const { code, out, err } = await kwsGen(argv, { directory });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(expected);
  });
});

describe('mistakes in what is given: exit code 2', () => {
  test.each([
    [['flash'], 'there is no kws.json'],
    [
      ['render', '--model', 'wake.tflite', '--board', 'virtual-cortex-m44'],
      'did you mean virtual-cortex-m4?',
    ],
    [['render', '--model', 'wake.tflite'], 'no board is named'],
    [
      ['render', '--model', 'noise.bin', '--board', 'native'],
      'noise.bin: is no model format that kws-gen knows',
    ],
    [['inspect', 'nothing.tflite'], 'nothing.tflite: there is no such file'],
    [['flash', '--model', 'wake.tflite', '--board', 'native', '--until-detect', 'wak'], 'did you mean wake?'],
    [['flash', '--model', 'wake.tflite', '--board', 'native', '--play', 'x.wav'], 'x.wav: '],
    [
      ['flash', '--model', 'wake.tflite', '--board', 'native', '--play', '-', '--play', '-'],
      'can be played only once',
    ],
    [['init', 'wake.tflite', '--board', 'nativ'], 'did you mean native?'],
    [
      ['render', '--model', 'wake.tflite', '--board', 'native', '--output', 'noise.bin'],
      'noise.bin: this is no folder',
    ],
  ])('%j', async (argv, expected) => {
    const { code, out, err } = await kwsGen(argv, { directory });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(expected);
    expect(err).toMatch(/^ {2}next: /m);
  });

  test('under --json: one object on stdout, nothing on stderr', async () => {
    const { code, out, err } = await kwsGen(['inspect', 'nothing.tflite', '--json'], { directory });
    expect([code, err]).toEqual([2, '']);
    expect(jsonLines(out)).toMatchObject([
      { t: 'error', exit: 2, what: 'there is no such file', where: 'nothing.tflite', next: 'check the path' },
    ]);
  });

  test('--json may stand before the command', async () => {
    const { code, out } = await kwsGen(['--json', 'boards']);
    expect(code).toBe(0);
    expect(jsonLines(out)[0]).toMatchObject({ t: 'board' });
  });

  test('a mistake in the command line under --json', async () => {
    const { code, out } = await kwsGen(['flash', '--bord', '--json']);
    expect(code).toBe(2);
    expect(jsonLines(out)).toMatchObject([{ t: 'error', next: 'did you mean --board?' }]);
  });
});

describe('results', () => {
  test('boards: a table, and one object per board', async () => {
    const { code, out, err } = await kwsGen(['boards']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^BOARD +MCU +CLOCK +FLASH +RAM +MICROPHONE +RUNTIME +VERIFIED/);
    expect(out).toMatch(/^arduino-nano-33-ble +nRF52840 +64 MHz +960 KB +256 KB +PDM .* aot .* nano33ble$/m);
    const lines = jsonLines((await kwsGen(['boards', '--json'])).out);
    expect(lines.length).toBe(out.trim().split('\n').length - 1);
    expect(lines.find(({ board }) => board === 'virtual-cortex-m4')).toMatchObject({
      t: 'board',
      kind: 'virtual',
      runtime: 'aot',
      verified: { level: 'emulated' },
    });
  });

  test('inspect: operators, needs, boards', async () => {
    const { code, out } = await kwsGen(['inspect', 'wake.tflite'], { directory });
    expect(code).toBe(0);
    expect(out).toContain('wake: 2 operators, 40 multiply-accumulates, 40 parameters');
    expect(out).toMatch(/^0 +FULLY_CONNECTED +40 +\[1,40\] +\[1,1\]$/m);
    expect(out).toMatch(/^virtual-cortex-m4 +aot/m);
    const [line] = jsonLines((await kwsGen(['inspect', 'wake.tflite', '--json'], { directory })).out);
    expect(line).toMatchObject({ t: 'inspect', name: 'wake', totals: { macs: 40 }, needs: { state: 0 } });
  });

  test('init, then render: files written, said on stdout', async () => {
    const made = await kwsGen(
      [
        'init',
        'wake.tflite',
        '--frontend',
        'micro-wake-word',
        '--board',
        'virtual_cortex_m4',
        '--project',
        'p',
      ],
      { directory },
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain('p/kws.json: wake, 1 model\n');
    expect(made.out).toContain('Next: kws-gen flash --project p --play CLIP.wav\n');
    const again = await kwsGen(['init', 'wake.tflite', '--project', 'p', '--force', '--json'], { directory });
    expect(jsonLines(again.out)).toMatchObject([
      { t: 'init', project: { name: 'wake' }, written: ['p/kws.json', 'p/kws.schema.json', 'p/wake.tflite'] },
    ]);
    await kwsGen(['init', 'wake.tflite', '--project', 'p', '--force', '--board', 'virtual_cortex_m4'], {
      directory,
    });
    const rendered = await kwsGen(['render', '--project', 'p', '--json'], { directory });
    expect(rendered.code).toBe(0);
    expect(jsonLines(rendered.out)).toMatchObject([
      {
        t: 'render',
        board: 'virtual-cortex-m4',
        runtime: 'aot',
        folder: join(directory, 'p', 'firmware-out'),
      },
    ]);
    expect(rendered.err).toBe('wake for virtual-cortex-m4, runtime aot\n');
  });

  test('--emulate names the twin and what it stands for', async () => {
    const { code, err } = await kwsGen(
      ['render', '--model', 'wake.tflite', '--board', 'nano33ble', '--emulate', '--output', 'twin'],
      { directory },
    );
    expect(code).toBe(0);
    expect(err).toContain('wake for arduino-nano-33-ble-twin, runtime aot\n');
    expect(err).toContain('Twin of Arduino Nano 33 BLE');
  });
});

describe('what is thrown becomes an exit code', () => {
  const command = (run: Command['run']): Command => ({
    name: 'try',
    summary: '',
    description: '',
    examples: [],
    options: [],
    run,
  });
  const world = (signal = new AbortController().signal) => {
    const err: string[] = [];
    const stream = { write: (text: string) => err.push(text) };
    return {
      err,
      world: {
        stdout: stream,
        stderr: stream,
        stdin: process.stdin,
        directory: '.',
        environment: {},
        signal,
      },
    };
  };

  test.each<[number, Command['run']]>([
    [0, async () => 0],
    [1, async () => 1],
    [
      3,
      async () => {
        throw new TypeError('x is not a function');
      },
    ],
  ])('%i', async (code, run) => {
    expect(await main(['try'], world().world, [command(run)])).toBe(code);
  });

  test('a defect says that it is one, and where only when asked', async () => {
    const run = async () => {
      throw new TypeError('x is not a function');
    };
    const plain = world();
    await main(['try'], plain.world, [command(run)]);
    expect(plain.err.join('')).toBe(
      'error unexpected: x is not a function\n  why: this is a defect of kws-gen, not of your input\n  next: run it again with KWS_DEBUG=1 in the environment and report what it prints\n',
    );
    const asked = world();
    await main(['try'], { ...asked.world, environment: { KWS_DEBUG: '1' } }, [command(run)]);
    expect(asked.err.join('')).toContain('main.test.ts');
  });

  test('Ctrl-C at a question: 130, and no error printed', async () => {
    const asked = world();
    const run = async () => {
      throw new Interrupted();
    };
    expect(await main(['try'], asked.world, [command(run)])).toBe(130);
    expect(asked.err).toEqual([]);
  });

  test('Ctrl-C before the result: 130, and no error printed', async () => {
    const abort = new AbortController();
    const interrupted = world(abort.signal);
    const run = async () => {
      abort.abort(new Error('SIGINT'));
      abort.signal.throwIfAborted();
      return 0 as const;
    };
    expect(await main(['try'], interrupted.world, [command(run)])).toBe(130);
    expect(interrupted.err).toEqual([]);
  });
});
