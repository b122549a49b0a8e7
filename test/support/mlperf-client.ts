/**
 * A runner of the MLPerf Tiny benchmark, written from its protocol: commands that end in `%`, answers as lines up to
 * `m-ready`.
 */
import { openSerial } from '../../src/protocol/serial-transport.js';
import type { Transport } from '../../src/protocol/transport.js';

export interface MlperfAnswer {
  readonly lines: readonly string[];
  /** The value in brackets of a line `m-<name>-[…]`. */
  value(name: string): string | undefined;
}

/** Of a timed run. */
export interface MlperfRun {
  /** As printed. */
  readonly results: string;
  /** Microseconds, of the device's clock. */
  readonly us: number;
}

export class MlperfClient {
  private text = '';
  private wake: () => void = () => {};

  private constructor(private readonly port: Transport) {
    port.listen({
      data: (bytes) => {
        this.text += Buffer.from(bytes).toString('latin1');
        this.wake();
      },
      lost: (reason) => {
        this.text += `\r\ne-[${reason}]\r\nm-ready\r\n`;
        this.wake();
      },
    });
  }

  static async open(path: string): Promise<MlperfClient> {
    return new MlperfClient(await openSerial(path, { baudRate: 115_200 }));
  }

  async command(text: string): Promise<MlperfAnswer> {
    await this.port.write(Buffer.from(`${text}%`));
    for (;;) {
      const end = this.text.indexOf('m-ready\r\n');
      if (end >= 0) {
        const lines = this.text.slice(0, end).split('\r\n').slice(0, -1);
        this.text = this.text.slice(end + 'm-ready\r\n'.length);
        const value = (name: string) =>
          lines
            .map((line) => new RegExp(`^m-${name}-\\[(.*)\\]$`).exec(line)?.[1])
            .find((one) => one !== undefined);
        return { lines, value };
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Loads an input, 31 bytes at a time, and runs it. */
  async run(input: Uint8Array, times: number, warmups: number): Promise<MlperfRun> {
    await this.command(`db load ${input.length}`);
    let answer: MlperfAnswer | undefined;
    for (let at = 0; at < input.length; at += 31)
      answer = await this.command(`db ${Buffer.from(input.subarray(at, at + 31)).toString('hex')}`);
    if (answer?.lines.at(-1) !== 'm-load-done') throw new Error(`not loaded: ${answer?.lines.join('; ')}`);
    const { lines, value } = await this.command(`infer ${times} ${warmups}`);
    const laps = lines.flatMap((line) => /^m-lap-us-(\d+)$/.exec(line)?.[1] ?? []).map(Number);
    const results = value('results');
    if (laps.length !== 2 || results === undefined) throw new Error(`no result: ${lines.join('; ')}`);
    return { results, us: laps[1]! - laps[0]! };
  }

  close(): Promise<void> {
    return this.port.close();
  }
}

/** Int8 or uint8 outputs as the runner is to be told them: what they stand for, three decimals, the rest cut off. */
export function printedResults(outputs: readonly number[], scale: number, zeroPoint: number): string {
  return outputs
    .map((value) => Math.trunc(Math.fround(Math.fround(Math.fround(scale) * (value - zeroPoint)) * 1000)))
    .map((thousandths) => (thousandths / 1000).toFixed(3))
    .join(',');
}
