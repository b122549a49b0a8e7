/** Samples as they come → the bytes of a file. */
export interface SoundEncoder {
  /** What stands first is known at the end, and has so many bytes. */
  readonly headerBytes: number;
  /** Bytes that follow; samples may be kept back. */
  push(samples: Int16Array): Uint8Array;
  /** What was kept back, and the header. Nothing is pushed after it. */
  end(): { readonly rest: Uint8Array; readonly header: Uint8Array };
}
