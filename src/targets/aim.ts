/**
 * A project and what is said beside it → what firmware is made of, and for which board.
 *
 * Owns: which of several sayings wins (options, then the project's settings for the board, then the project, then the
 * board's file, unless only the other runtime runs the models). Leaves to others: what the board file says (`boards/`), which port it is on (`locate`).
 */
import { join, relative } from 'node:path';
import { atBaud } from '../boards/hal-defines.js';
import {
  type Boards,
  type Emulate,
  findBoard,
  loadBoards,
  projectBoards,
  resolveTwin,
  twinKindOf,
} from '../boards/index.js';
import { FAST_BAUD } from '../boards/line-rates.js';
import type { ResolvedBoard } from '../boards/types.js';
import { inputError } from '../diagnostics/errors.js';
import { withPlans } from '../emit/incremental.js';
import { preferredRuntime } from '../emit/runtimes.js';
import { estimateLoad, type LoadEstimate } from '../estimate/load.js';
import type { Runtime } from '../model/runtime.js';
import { DEVICE_FOLDER } from '../project/device-files.js';
import { applyOverrides, overridesFor, projectOn, withLineOf } from '../project/overrides.js';
import type { LoadedProject } from '../project/resolve.js';
import { deviceCode } from '../trust/device-code.js';
import { type TrustField, trustFields } from '../trust/fields.js';

/** What firmware is made of, for what. */
export interface Aim {
  readonly project: LoadedProject;
  /** With the project's own settings applied; a twin where one is aimed at. */
  readonly board: ResolvedBoard;
  /** The board itself, where `board` is its twin. */
  readonly realBoard: ResolvedBoard;
  readonly runtime: Runtime;
  /** Serial port, where one was named or `locate` found one. */
  readonly port?: string;
  /** It was found by the board's USB ids: it may come back under another name. */
  readonly portFound?: boolean;
  /** Local folder of TensorFlow Lite Micro, absolute. */
  readonly tflmPath?: string;
  /** Local folder of the vendor's core, absolute. */
  readonly frameworkPath?: string;
  /** Settings that can run code of their own when firmware is built; absent where there are none. */
  readonly trust?: readonly TrustField[];
  /** Firmware that tells every value on the way: for a proof, not for use. */
  readonly trace?: boolean;
  /** Firmware whose detectors and microphone can be set while it runs. */
  readonly live?: boolean;
  /** Firmware that sends what its microphone hears, while it is asked for. */
  readonly audio?: boolean;
  /**
   * How busy the real board will be, also where its twin is aimed at; undefined where that cannot be told. Estimated
   * when it is first asked for: that takes a plan of every model.
   */
  readonly load: () => LoadEstimate | undefined;
}

export interface AimOptions {
  /** Id or alias; the project's own unless told. */
  readonly board?: string | undefined;
  /** The board's twin in its place; `chip`: on its emulated chip; `firmware`: its own firmware there. */
  readonly emulate?: Emulate | undefined;
  readonly runtime?: Runtime | undefined;
  /** Serial port; found by the board's USB ids unless told. */
  readonly port?: string | undefined;
  /** Local folder of TensorFlow Lite Micro, absolute. */
  readonly tflmPath?: string | undefined;
  /** Local folder of the vendor's core, absolute. */
  readonly frameworkPath?: string | undefined;
  /** Those that come with the tool and those beside kws.json, unless told. */
  readonly boards?: Boards;
}

/** @throws KwsError (exit code 2) where no board is named, or it is not known, or it has no twin */
export function aimAt(given: LoadedProject, options: AimOptions = {}): Aim {
  const { boards = projectBoards(given.directory), tflmPath, frameworkPath } = options;
  const twin = twinKindOf(options.emulate);
  const named = options.board ?? given.board;
  if (named === undefined)
    throw inputError({
      what: 'no board is named',
      next: '--board ID names one (kws-gen boards lists them; virtual-cortex-m4 needs no hardware), "board" in kws.json makes it the default',
    });
  const board = findBoard(named, boards);
  const { entry, overrides } = overridesFor(given, board.id, boards);
  const project = projectOn(given, board.id, boards);
  const own = withLineOf(given, applyOverrides(board, overrides), overrides);
  const used = twin === undefined ? own : resolveTwin(own, boards, twin);
  const port = twin !== undefined ? undefined : (options.port ?? overrides.port);
  const models = project.models.map(({ model }) => model);
  const code = deviceCode(used, join(project.directory, DEVICE_FOLDER), project.deviceFiles?.length ?? 0);
  const settings = trustFields({
    shipped: loadBoards().values(),
    board: board.file === undefined ? board : { ...board, file: relative(project.directory, board.file) },
    file: project.file,
    entry,
    platformio: overrides.platformio,
  });
  const trust = [...settings, ...code];
  const runtime =
    options.runtime ??
    overrides.runtime ??
    project.runtime ??
    preferredRuntime(models, { board: used, tflmPath });
  let load: { readonly estimate: LoadEstimate | undefined } | undefined;
  return {
    project,
    board: used,
    realBoard: own,
    runtime,
    load: () => {
      load ??= { estimate: estimateLoad(withPlans(project, own), own, runtime) };
      return load.estimate;
    },
    ...(port === undefined ? {} : { port }),
    ...(tflmPath === undefined ? {} : { tflmPath }),
    ...(frameworkPath === undefined ? {} : { frameworkPath }),
    ...(trust.length === 0 ? {} : { trust }),
  };
}

/** An aim with firmware that sends what it hears, over a line that is fast enough where the line has a speed. */
export function withAudio(aim: Aim): Aim {
  const { board } = aim;
  return { ...aim, audio: true, board: atBaud(board, Math.max(board.monitorBaud, FAST_BAUD)) };
}
