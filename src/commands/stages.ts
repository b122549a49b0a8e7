/**
 * The stages as the commands call them: small functions that tests replace one by one. `real-stages.ts`
 * connects them to the folders that do the work.
 */
import type { ResolvedBoard } from '../boards/types.js';
import type { AudioLinkLocation } from '../device/audio-link.js';
import type { PcmSource } from '../device/pcm.js';
import type { Session } from '../device/session.js';
import type { FirmwareProject } from '../emit/types.js';
import type { LoadedProject } from '../project/resolve.js';
import type { Runtime } from '../project/types.js';

/** What firmware is made of, for what. */
export interface Target {
  readonly project: LoadedProject;
  /** With the project's own settings applied; a twin under --emulate. */
  readonly board: ResolvedBoard;
  readonly runtime: Runtime;
  /** Serial port, where the user named one or `locate` found one. */
  readonly port?: string;
  /** It was found by the board's USB ids: it may come back under another name. */
  readonly portFound?: boolean;
  /** Local folder of TensorFlow Lite Micro, absolute. */
  readonly tflmPath?: string;
}

/** Bytes used and bytes there are. */
export interface Usage {
  readonly used: number;
  readonly total: number;
}

export interface BuildSummary {
  readonly flash: Usage;
  readonly ram: Usage;
  /** The program file. */
  readonly artifact: string;
  readonly seconds: number;
}

/** A board that runs: where it speaks. */
export interface Running {
  readonly port: string;
  readonly baudRate?: number;
  /** Memory shared with a virtual board, for audio. */
  readonly link?: AudioLinkLocation;
  /** Ends a virtual board; real boards have none. */
  stop?(): Promise<void>;
  /** Lets a virtual board run on when this process ends. */
  release?(): Promise<void>;
}

/** What long stages report while they work, and what ends them. */
export interface Progress {
  readonly signal: AbortSignal;
  progress(text: string): void;
}

export interface Stages {
  /** Pure: the whole firmware project in memory. */
  render(target: Target): Promise<FirmwareProject>;
  /** A real board with the port it is on. Throws where none is there; may ask which of several. */
  locate(target: Target): Promise<Target>;
  /** Replaces the folder only once everything is rendered. */
  write(firmware: FirmwareProject, folder: string): Promise<void>;
  build(target: Target, folder: string, progress: Progress): Promise<BuildSummary>;
  /** @param another number of a further virtual board beside the first, which is 0 */
  upload(target: Target, folder: string, progress: Progress, another?: number): Promise<Running>;
  /** The board that already runs: the named port, the virtual board of that folder, or by USB ids. */
  find(board: ResolvedBoard | undefined, port: string | undefined, folder: string): Promise<Running>;
  open(running: Running, signal: AbortSignal): Promise<Session>;
  /** An audio file as mono samples at a rate in Hz, named as the user wrote it. */
  clip(path: string, directory: string, rate: number): Promise<PcmSource>;
}
