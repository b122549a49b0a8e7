/** Sound to be pushed to a device: what `Session.play` takes. */
import { littleEndian } from '../audio/pcm-bytes.js';

/** Mono samples at the device's rate. */
export interface PcmSource {
  /** Stands in the events as `clip`. */
  readonly name: string;
  /** Chunks of any size, in order; read only as fast as the device takes them. */
  readonly samples: Int16Array | Iterable<Int16Array> | AsyncIterable<Int16Array>;
  /** How many samples there will be; undefined while that is not known (a stream). Known for an Int16Array. */
  readonly length?: number;
}

export function knownLength(source: PcmSource): number | undefined {
  return source.samples instanceof Int16Array ? source.samples.length : source.length;
}

/** The source's chunks as little-endian bytes. */
export async function* pcmBytes(source: PcmSource): AsyncGenerator<Uint8Array, void> {
  const chunks = source.samples instanceof Int16Array ? [source.samples] : source.samples;
  for await (const chunk of chunks) if (chunk.length > 0) yield littleEndian(chunk);
}
