/**
 * The board's end of a pseudo-terminal.
 *
 * Owns: what is sent while nobody reads. As on a wire it is lost, but not before a reader who is only slow had its
 * time.
 */

/** How long a reader may pause before what is sent is dropped. ms */
const PATIENCE_MS = 2000;
/** Bytes that are kept for a slow reader before the board is told to wait. */
const MOST_WAITING = 4096;

/** A file that never makes its reader wait: both throw EAGAIN in its place, and EIO where nobody has the pty open. */
export interface PtyFile {
  read(to: Uint8Array): number;
  write(bytes: Uint8Array): number;
}

export class SerialLine {
  readonly #file: PtyFile;
  readonly #now: () => number;
  readonly #buffer = new Uint8Array(4096);
  #waiting: number[] = [];
  #attached = false;
  #since: number;

  /** @param file the pty's master */
  constructor(file: PtyFile, now: () => number = () => performance.now()) {
    this.#file = file;
    this.#now = now;
    this.#since = now();
  }

  /** Whether what the board sends has to wait for a slow reader. */
  get full(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  send(byte: number): void {
    this.#waiting.push(byte);
  }

  /** What came in; empty where nothing did. */
  read(): Uint8Array {
    try {
      const count = this.#file.read(this.#buffer);
      this.#attached = true;
      return this.#buffer.slice(0, count);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Linux says EIO of a pty that nobody has open.
      this.#attached = code === 'EAGAIN';
      if (code !== 'EAGAIN' && code !== 'EIO') throw error;
      return new Uint8Array();
    }
  }

  /** Hands over what was sent. */
  flush(): void {
    if (this.#waiting.length === 0 || !this.#attached) {
      this.#drop();
      return;
    }
    try {
      const written = this.#file.write(Uint8Array.from(this.#waiting));
      this.#waiting = this.#waiting.slice(written);
      this.#since = this.#now();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN' && code !== 'EIO') throw error;
      if (this.#now() - this.#since > PATIENCE_MS) this.#drop();
    }
  }

  #drop(): void {
    this.#waiting = [];
    this.#since = this.#now();
  }
}
