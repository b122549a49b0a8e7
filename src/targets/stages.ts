/**
 * The steps from a project to a board that runs: small functions that tests replace one by one. `real-stages.ts`
 * connects them to the folders that do the work.
 */

import type { ArtifactFile } from '../artifacts/make.js';
import type { Artifact } from '../artifacts/read.js';
import type { Boards } from '../boards/load.js';
import type { ResolvedBoard } from '../boards/types.js';
import type { Problem } from '../diagnostics/errors.js';
import type { FirmwareProject } from '../emit/types.js';
import type { AudioLinkLocation } from '../protocol/audio-link.js';
import type { PcmSource } from '../protocol/pcm.js';
import type { Session } from '../protocol/session.js';
import type { Aim } from './aim.js';

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
  /** Files to flash by hand, in the formats that the board takes. */
  readonly artifacts?: readonly ArtifactFile[];
}

/** A file that is flashed in place of a build. */
export interface GivenArtifact {
  readonly artifact: Artifact;
  /** Mounted drive of the board's bootloader, where one was named. */
  readonly drive?: string | undefined;
}

/** A board that runs: where it speaks. */
export interface Running {
  readonly port: string;
  readonly baudRate?: number;
  /** Memory shared with a virtual board, for audio. */
  readonly link?: AudioLinkLocation;
  /** Its time is an emulator's, which may be a small part of this computer's: it is waited for much longer. */
  readonly slow?: boolean;
  /** A file that an emulated microphone hears. */
  readonly sound?: string;
  /** Makes this process the one that ends a virtual board; throws where another one is. */
  claim?: (() => Promise<void>) | undefined;
  /** Ends a virtual board; real boards have none. */
  stop?: (() => Promise<void>) | undefined;
  /** Where the board is now, if it went away and came back: of boards that are known by their USB ids. */
  again?: ((signal: AbortSignal) => Promise<Running>) | undefined;
  /** Lets a virtual board run on when this process ends. */
  release?(): Promise<void>;
}

/** What long stages report while they work, and what ends them. */
export interface Progress {
  readonly signal?: AbortSignal | undefined;
  /** What is being done; the next takes its place. */
  progress?(text: string): void;
  /** What the user should know and nothing else would tell: another run is waited for. */
  waiting?(text: string): void;
  /** What works, but not as the user may think. */
  warn?(problem: Problem): void;
}

export interface Stages {
  /** Pure: the whole firmware project in memory. */
  render(aim: Aim): Promise<FirmwareProject>;
  /** A real board with the port it is on. Throws where none is there; may ask which of several. */
  locate(aim: Aim): Promise<Aim>;
  /** Throws where settings that run code of their own are not agreed to; absent where that is not asked. */
  trust?(aim: Aim, firmware: FirmwareProject, folder: string): Promise<void>;
  /** Keeps other runs out of the folder until what it returns is called; absent where there are no others. */
  lock?(folder: string, progress: Progress): Promise<() => void>;
  /** Replaces the folder only once everything is rendered. */
  write(firmware: FirmwareProject, folder: string, warn?: (problem: Problem) => void): Promise<void>;
  build(aim: Aim, folder: string, progress: Progress): Promise<BuildSummary>;
  /** @param another number of a further virtual board beside the first, which is 0 */
  upload(aim: Aim, folder: string, progress: Progress, another?: number): Promise<Running>;
  /** As `upload`, of a file that was built elsewhere: nothing is compiled. */
  uploadArtifact?(aim: Aim, folder: string, progress: Progress, given: GivenArtifact): Promise<Running>;
  /** Starts a virtual board whose clock advances 2^icount ns with each instruction. */
  count(aim: Aim, folder: string, progress: Progress, icount: number): Promise<Running>;
  /** The board that already runs: the named port, the virtual board of that folder, or by USB ids. */
  find(
    board: ResolvedBoard | undefined,
    port: string | undefined,
    folder: string,
    boards: Boards,
  ): Promise<Running>;
  open(running: Running, signal: AbortSignal): Promise<Session>;
  /** An audio file as mono samples at a rate in Hz, named as the user wrote it. */
  clip(path: string, directory: string, rate: number): Promise<PcmSource>;
}
