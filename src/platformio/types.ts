/** What building, uploading and running firmware give and take. */

/** Bytes of one kind of memory. */
export interface MemoryUse {
  readonly used: number;
  readonly total: number;
  /** Negative where it does not fit. */
  readonly left: number;
}

/** What came out of a build that succeeded. */
export interface BuildReport {
  readonly flash: MemoryUse;
  readonly ram: MemoryUse;
  /** The linked program (`.elf`, or an executable of this computer), absolute. */
  readonly program: string;
  /** Everything PlatformIO said, absolute. */
  readonly log: string;
  /** Compiler warnings, as the compiler wrote their headlines. */
  readonly warnings: readonly string[];
  readonly seconds: number;
}

/** Where a build or an upload is. */
export interface BuildProgress {
  /** Source files compiled, or taken from the cache, so far. */
  readonly compiled: number;
  /** What is being done, for people, such as `compiling kws_model.cpp`. */
  readonly text: string;
}

/** A virtual board that runs. */
export interface VirtualState {
  readonly pid: number;
  /** Its serial port. */
  readonly pty: string;
  /** A file that its process is known by, and behind the memory it shares with the host where there is a `link`. */
  readonly memory: string;
  /** Whether it shares memory with the host; the audio link stands at its beginning. */
  readonly link: boolean;
  /** A file: what is written there its microphone hears; null where it has none that is emulated. */
  readonly sound: string | null;
  /** PlatformIO board id. */
  readonly board: string;
  /** Milliseconds since 1970. */
  readonly startTime: number;
}

/** A PlatformIO that was found. */
export interface PlatformioInstallation {
  /** Its program, absolute. */
  readonly command: string;
  readonly version: string;
  /** The Python it runs in, absolute. */
  readonly python: string;
  /** Version of the package tool-scons that this version asks for, such as `4.41101.0`. */
  readonly sconsPackage: string;
  /** Version of SCons that its Python can import, if any. */
  readonly scons?: string;
}
