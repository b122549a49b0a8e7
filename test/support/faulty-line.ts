/**
 * A line between host and device that damages what goes over it: bytes are flipped, dropped, delayed, cut and doubled,
 * and sometimes the line is cut off. By a seed, the same every time. Leaves to others: what is said over it.
 */
import type { Transport, TransportListener } from '../../src/protocol/transport.js';
import { random } from './random.js';

export interface FaultyLineOptions {
  readonly seed: number;
  /** Of so many pieces one is damaged. */
  readonly every: number;
  /** Of so many pieces one ends the line; never unless told. */
  readonly cutEvery?: number;
}

type FaultKind = 'flip' | 'drop' | 'delay' | 'split' | 'double' | 'garbage' | 'cut';

export interface FaultyLine extends Transport {
  /** What was done so far. */
  readonly faults: Readonly<Record<FaultKind, number>>;
}

export function faultyLine(inner: Transport, { seed, every, cutEvery }: FaultyLineOptions): FaultyLine {
  const next = random(seed);
  const faults: Record<FaultKind, number> = {
    flip: 0,
    drop: 0,
    delay: 0,
    split: 0,
    double: 0,
    garbage: 0,
    cut: 0,
  };
  let listener: TransportListener | undefined;
  let over = false;
  const cut = () => {
    if (over) return;
    over = true;
    faults.cut++;
    void inner.close();
    listener?.lost('the line was cut');
  };
  /** What arrives of a piece, one part after the other. */
  const damaged = (bytes: Uint8Array): readonly Uint8Array[] => {
    if (cutEvery !== undefined && next(cutEvery) === 0) {
      cut();
      return [];
    }
    if (bytes.length === 0 || next(every) !== 0) return [bytes];
    const at = next(bytes.length);
    const kinds: readonly FaultKind[] = ['flip', 'drop', 'delay', 'split', 'double', 'garbage'];
    const kind = kinds[next(kinds.length)]!;
    faults[kind]++;
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    if (kind === 'flip') {
      const copy = Uint8Array.from(bytes);
      copy[at] = copy[at]! ^ (1 << next(8));
      return [copy];
    }
    if (kind === 'drop') return [before, after.subarray(1 + next(8))];
    if (kind === 'double') return [bytes, bytes];
    if (kind === 'garbage')
      return [before, Uint8Array.from({ length: 1 + next(20) }, () => next(256)), after];
    return [before, after];
  };
  // Pieces wait for each other: a line does not turn bytes round.
  let arriving: Promise<void> = Promise.resolve();
  const slowly = (work: () => void) => {
    arriving = arriving.then(() => new Promise((resolve) => setImmediate(resolve))).then(work);
  };
  return {
    faults,
    path: inner.path,
    listen(own) {
      listener = own;
      inner.listen({
        data(bytes) {
          const copy = Uint8Array.from(bytes);
          for (const part of damaged(copy)) slowly(() => void (over || own.data(part)));
        },
        lost(reason) {
          slowly(() => {
            if (over) return;
            over = true;
            own.lost(reason);
          });
        },
      });
    },
    async write(bytes) {
      if (over) throw new Error('the line was cut');
      for (const part of damaged(bytes)) if (part.length > 0) await inner.write(part);
    },
    pause: () => inner.pause(),
    resume: () => inner.resume(),
    close: () => inner.close(),
  };
}
