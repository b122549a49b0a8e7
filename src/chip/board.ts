/**
 * The process of an emulated board: a program in an RP2040, its UART on a pseudo-terminal, time no faster than it
 * passes.
 *
 * Started by `runner.py` of the virtual boards' platform: `node board.js PROGRAM MEMORY [WIRING]`, with the master of a
 * pty as its standard input. Says `ready` once. MEMORY is only what the process is known by; with a microphone, of which
 * WIRING tells (`wiring.ts`), a file `sound` beside it is what that hears.
 */
import { readFileSync, readSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Air } from './air.js';
import { EmulatedChip } from './emulated-chip.js';
import { flashSegments } from './flash-segments.js';
import { connectMicrophone } from './microphone.js';
import { loadRp2040js } from './rp2040js.js';
import { SerialLine } from './serial-line.js';
import { Sound } from './sound.js';
import { parseWiring } from './wiring.js';

const PTY = 0;
/** Between two looks at the queue of received bytes: they come as fast as a program reads them. */
const SLICE = 1000;
/** Of instructions, between two looks at the pty. */
const SLICES = 50;
/** The longest sleep without a look at the pty. ms */
const NAP_MS = 5;
/** The longest time that the pins' state machines go on by themselves without a look at the pty. ns */
const ROUND_NS = 1e6;

const [program = '', memory = '', wiring] = process.argv.slice(2);
const line = new SerialLine({
  read: (to) => readSync(PTY, to, 0, to.length, null),
  write: (bytes) => writeSync(PTY, bytes),
});
const chip = new EmulatedChip(await loadRp2040js(), flashSegments(readFileSync(program), program), {
  onByte: (byte) => line.send(byte),
  onMessage: (text) => process.stderr.write(`${text}\n`),
});

const sound = new Sound();
const air = wiring === undefined ? undefined : new Air(join(dirname(memory), 'sound'), sound);
if (wiring !== undefined) connectMicrophone(parseWiring(wiring), chip.pins, sound, () => chip.nanos);

writeSync(1, 'ready\n');

/** Ends a sleep of this thread when somebody notifies it, which nobody does. */
const nobody = new Int32Array(new SharedArrayBuffer(4));
/** Real time at which emulated time began, moved on where emulation is slower. ms */
let epoch = performance.now();
let received: Uint8Array = new Uint8Array();

for (;;) {
  if (received.length === 0) received = line.read();
  air?.look(chip.nanos);
  for (let i = 0; i < SLICES && !chip.asleep && !line.full; i++) {
    if (received.length > 0) received = received.subarray(chip.receive(received));
    chip.run(SLICE);
  }
  line.flush();
  const ahead = chip.nanos / 1e6 - (performance.now() - epoch);
  // What was computed slower than the chip would is not made up for.
  if (ahead < 0) epoch -= ahead;
  if (line.full) pause(1);
  else if (chip.asleep) doze(Math.max(ahead, 0));
}

/** @param ahead of real time, ms */
function doze(ahead: number): void {
  if (received.length > 0) {
    received = received.subarray(chip.receive(received));
    if (!chip.asleep) return;
  }
  if (chip.busy) {
    // Emulated time goes by its own steps, and waits for real time where it is ahead.
    if (ahead >= 1) pause(Math.min(ahead, NAP_MS));
    else chip.sleep(ROUND_NS);
    return;
  }
  const toAlarm = chip.nanosToNextAlarm ?? NAP_MS * 1e6;
  const real = Math.min(toAlarm / 1e6 + ahead, NAP_MS);
  pause(real);
  received = received.length > 0 ? received : line.read();
  if (received.length > 0) return;
  // Emulated time goes on by what has passed.
  chip.sleep(Math.min(toAlarm, Math.max(0, (real - ahead) * 1e6)));
}

function pause(ms: number): void {
  Atomics.wait(nobody, 0, 0, ms);
}
