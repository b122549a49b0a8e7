import { describe, expect, test } from 'vitest';
import type { KwsError } from '../../src/diagnostics/errors.js';
import { DoesNotFitError, failure, offlineError } from '../../src/platformio/build-errors.js';
import { BuildLog } from '../../src/platformio/build-log.js';

function logOf(...lines: string[]): BuildLog {
  const log = new BuildLog();
  for (const line of lines) log.take(line);
  return log;
}

const context = { doing: 'building', environment: 'nano', log: '/p/.pio/building-nano.log' } as const;
const failed = { kind: 'exit', code: 1 } as const;
const messageOf = (...lines: string[]) => failure(failed, logOf(...lines), context).message;

describe('sizes', () => {
  test('are read from the lines PlatformIO always prints', () => {
    const log = logOf(
      'RAM:   [=         ]   5.0% (used 209804 bytes from 4194304 bytes)',
      '\u001b[32mFlash: [          ]   0.2% (used 7401 bytes from 65536 bytes)\u001b[0m',
    );
    expect(log.ram).toEqual({ used: 209804, total: 4194304, left: 3984500 });
    expect(log.flash).toEqual({ used: 7401, total: 65536, left: 58135 });
  });

  test('a program larger than its board has less than nothing left', () => {
    expect(logOf('Flash: [==========]  101.0% (used 66000 bytes from 65536 bytes)').flash?.left).toBe(-464);
  });
});

describe('what is being done', () => {
  test.each([
    ['Compiling .pio/build/m4/lib12d/kws_hal/audio_ring.o', 'compiling audio_ring'],
    ['Compiling .pio/build/m4/src/main.cpp.o', 'compiling main.cpp'],
    ["Retrieved `.pio/build/m4/src/main.o' from cache", 'from the cache: main'],
    ['Linking .pio/build/m4/program.elf', 'linking program.elf'],
    [
      'Tool Manager: Installing platformio/tool-scons @ ~4.41101.0',
      'getting platformio/tool-scons @ ~4.41101.0',
    ],
    ['Downloading 10% 20%', 'downloading 10% 20%'],
    ['LDF Modes: Finder ~ chain, Compatibility ~ soft', undefined],
    ['', undefined],
  ])('%s', (line, expected) => {
    expect(new BuildLog().take(line)).toBe(expected);
  });

  test('compiled and cached files are counted, linking is not', () => {
    const log = logOf(
      'Compiling a.o',
      "Retrieved `b.o' from cache",
      "Retrieved `libx.a' from cache",
      'Linking c.elf',
    );
    expect(log.compiled).toBe(2);
  });

  test('only what comes from elsewhere is waited for, until it comes', () => {
    expect(logOf('Platform Manager: Installing symlink:///opt/a b').installing).toBeUndefined();
    const log = logOf('Platform Manager: Installing nordicnrf52 @ 10.11.0');
    expect(log.installing).toBe('nordicnrf52 @ 10.11.0');
    log.take('Downloading 0%');
    expect(log.installing).toBeUndefined();
  });
});

describe('the error of a failed build', () => {
  test.each([
    [
      'the first compiler error, after warnings',
      ['src/a.cpp:3:1: warning: unused', 'src/a.cpp:12:3: error: no x', 'src/b.cpp:1:1: error: no y'],
      'src/a.cpp:12:3: the firmware for nano does not compile: no x\n  next: the full log is /p/.pio/building-nano.log',
    ],
    [
      'a missing header',
      ['lib/x.h:1:10: fatal error: PDM.h: No such file or directory'],
      'lib/x.h:1:10: the firmware for nano does not compile: PDM.h: No such file or directory\n  next: the full log is /p/.pio/building-nano.log',
    ],
    [
      'a path of Windows',
      ['C:\\a b\\x.cpp:7:2: error: no z'],
      'C:\\a b\\x.cpp:7:2: the firmware for nano does not compile: no z\n  next: the full log is /p/.pio/building-nano.log',
    ],
    [
      'the linker',
      [
        "/usr/bin/ld: main.o: in function `main':",
        "/usr/bin/ld: main.cpp:(.text+0x4): undefined reference to `f()'",
      ],
      'ld: main.cpp:(.text+0x4): undefined',
    ],
    [
      'a header of -include that is not there',
      ['<command-line>: fatal error: no_such.h: No such file or directory', 'compilation terminated.'],
      '<command-line>: the firmware for nano does not compile: no_such.h: No such file or directory\n  next: the full log is /p/.pio/building-nano.log',
    ],
    [
      'an option that the compiler does not know',
      ['/opt/a b/bin/arm-none-eabi-g++: error: unrecognized command-line option', '*** [x.o] Error 1'],
      'arm-none-eabi-g++: the firmware for nano does not compile: unrecognized command-line option\n  next: the full log is /p/.pio/building-nano.log',
    ],
    [
      'a library that is not there',
      ['/usr/lib/bin/ld: cannot find -lnothing: No such file', 'collect2: error: ld returned 1 exit status'],
      'ld: the firmware for nano does not compile: cannot find -lnothing: No such file\n  next: the full log is /p/.pio/building-nano.log',
    ],
    [
      'PlatformIO itself',
      ["UnknownBoard: Unknown board ID 'nope'", "Error: Unknown board ID 'nope'"],
      "building for nano failed: Unknown board ID 'nope'\n  next: the full log is /p/.pio/building-nano.log",
    ],
    [
      'anything else: the last lines',
      ['one', 'two'],
      'building for nano failed\n  why: one\n       two\n  next: the full log is /p/.pio/building-nano.log',
    ],
  ])('%s', (name, lines, expected) => {
    if (name === 'the linker') expect(messageOf(...lines)).toContain('undefined reference to `f()');
    else expect(messageOf(...lines)).toBe(expected);
  });

  test.each([
    ['sh: 1: arm-none-eabi-g++: not found', 'arm-none-eabi-g++ is not installed'],
    ['VCSBaseException: VCS: `git` client is not installed in your system', 'git is not installed'],
    ['bash: line 1: arm-none-eabi-gcc: command not found', 'arm-none-eabi-gcc is not installed'],
    [
      "Error: the virtual board did not start: [Errno 2] No such file or directory: 'qemu-system-arm'",
      'qemu-system-arm is not installed',
    ],
  ])('a program that is not installed: %s', (line, expected) => {
    const message = messageOf(line, '*** [.pio/build/x.o] Error 127');
    expect(message.split('\n')[0]).toBe(expected);
    expect(message).toMatch(/\n {2}next: .*install/);
  });

  test('a time limit, and a program that does not start', () => {
    const log = logOf('Linking x.elf');
    expect(failure({ kind: 'timeout' }, log, context).message).toContain('the last line was: Linking x.elf');
    const end = { kind: 'failed', error: new Error('EACCES') } as const;
    expect(failure(end, log, context).message).toContain('PlatformIO could not be started\n  why: EACCES');
  });

  test('no network', () => {
    expect((offlineError('teensy @ 5.2.0', context) as KwsError).exitCode).toBe(3);
    expect(offlineError('teensy @ 5.2.0', context).message).toContain(
      'teensy @ 5.2.0 is not installed, and PlatformIO cannot download it: no network\n  why: building for nano needs it\n',
    );
  });
});

describe('firmware that does not fit', () => {
  test.each([
    ["arm-none-eabi/bin/ld: region `RAM' overflowed by 5456 bytes", 'ram', 5456],
    ["ld: region `FLASH' overflowed by 12 bytes", 'flash', 12],
    ["ld: region `dram0_0_seg' overflowed by 12 bytes", 'ram', 12],
    ["ld: region `iram0_0_seg' overflowed by 12 bytes", 'flash', 12],
    ['Error: The program size (70000 bytes) is greater than maximum allowed (65536 bytes)', 'flash', 4464],
    ['Warning! The data size (70000 bytes) is greater than maximum allowed (65536 bytes)', 'ram', 4464],
  ] as const)('%s', (line, memory, bytes) => {
    const error = failure(failed, logOf(line, '*** [x.elf] Error 1'), context) as DoesNotFitError;
    expect(error).toBeInstanceOf(DoesNotFitError);
    expect(error.exitCode).toBe(2);
    expect(error.overflows).toEqual([{ memory, bytes }]);
    expect(error.message).toContain(`of nano: ${bytes} bytes too many\n  next: use a smaller model`);
  });

  test('both memories are named', () => {
    const log = logOf("region `RAM' overflowed by 1 bytes", "region `FLASH' overflowed by 2 bytes");
    expect((failure(failed, log, context) as DoesNotFitError).problems).toHaveLength(2);
  });
});

test.each([
  [
    'Platform Manager: Installing git+https://github.com/a/b.git#1',
    "fatal: unable to access 'https://github.com/a/b.git/': Could not resolve host: github.com",
    /^git\+https:\/\/github\.com\/a\/b\.git#1 is not installed, and PlatformIO cannot download it: no network/,
  ],
  ['Compiling a.o', 'Could not resolve host: x', /^building for nano failed/],
])('without a network: %s', (doing, said, expected) => {
  const log = logOf(
    'If you like PlatformIO, please:',
    '- star it on GitHub > x',
    '*'.repeat(80),
    doing,
    said,
  );
  const { message } = failure(failed, log, context);
  expect(message).toMatch(expected);
  expect(message).not.toContain('star');
});

test("a mistake in the project's own code is wrong input, where its author wrote it", () => {
  const error = failure(failed, logOf("src/device/led.cpp:3:5: error: 'x' was not declared"), context);
  expect(error).toMatchObject({ exitCode: 2, problems: [{ where: 'device/led.cpp:3:5' }] });
  expect(error.message).toContain("does not compile for nano: 'x' was not declared");
});

test('what is kept of an endless log is bounded', () => {
  const log = new BuildLog();
  for (let i = 0; i < 10_000; ++i) log.take(`a.cpp:${i}:1: warning: w`);
  expect(log.warnings.length).toBe(100);
  expect(log.tail.length).toBeLessThan(20);
});
