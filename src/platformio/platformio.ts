/**
 * Builds and uploads a firmware project with PlatformIO.
 *
 * Owns: the call of `pio run`, its environment, its progress, its limits. Leaves to others: reading what it
 * says (`build-log.ts`), errors (`build-errors.ts`), opening the port.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolError } from '../diagnostics/errors.js';
import { cacheFolder } from '../files/cache-folder.js';
import { type FailureContext, failure, offlineError } from './build-errors.js';
import { BuildLog } from './build-log.js';
import { buildPlace } from './build-place.js';
import { privateCoreFolder } from './core-folder.js';
import { requirePlatformio } from './find-platformio.js';
import { leftOver, recordProgram } from './left-over.js';
import { canDownload } from './network.js';
import { runTool } from './run-tool.js';
import type { BuildProgress, BuildReport, PlatformioInstallation, VirtualState } from './types.js';
import { claimVirtual, cleanUpVirtual, stopVirtual, virtualState, virtualStateFolder } from './virtual.js';

export interface BuildOptions {
  /**
   * A virtual board or `native`: built with PlatformIO's private folder in the cache, without a network.
   * Otherwise PlatformIO uses the user's own folder, as if called by hand.
   */
  readonly virtual: boolean;
  /** Default: `findPlatformio()`. */
  readonly platformio?: PlatformioInstallation;
  /** Ends PlatformIO and everything it started; the call throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Default: half an hour, as a first build downloads and compiles a lot. */
  readonly timeoutMs?: number;
  /** Default: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface UploadOptions extends BuildOptions {
  /** Serial port; PlatformIO looks for one itself where it is not given. */
  readonly port?: string | undefined;
}

export interface StartOptions extends Omit<BuildOptions, 'virtual'> {
  /** Default: `virtualStateFolder(folder, environment)`. */
  readonly stateFolder?: string;
  /** A program that was built elsewhere: it is started in place of the project's, and nothing is built. */
  readonly program?: string;
  /** Counts instructions: the virtual clock advances 2^icount ns for each, 0…10; 6 is exact up to 2.7 G. */
  readonly icount?: number;
}

const TIMEOUT_MS = 30 * 60_000;

/** What runs an emulated chip: compiled, also where this is not. */
export const CHIP_EMULATOR = new URL('../../dist/chip/board.js', import.meta.url);

/**
 * Builds one environment of the PlatformIO project in `folder`.
 *
 * @throws DoesNotFitError (exit code 2), or a toolError (3) with the compiler's first error and where the
 *   full log is; where something has to be downloaded and nothing can be, within ten seconds
 */
export async function buildFirmware(
  folder: string,
  environment: string,
  options: BuildOptions,
): Promise<BuildReport> {
  const started = performance.now();
  const { log, context, place } = await pioRun({ folder, environment, doing: 'building' }, [], options);
  const program = programOf(place, environment);
  if (program === undefined || log.flash === undefined || log.ram === undefined)
    throw toolError({
      what: `PlatformIO built ${environment} but did not say how large it is`,
      next: `the full log is ${context.log}`,
    });
  return {
    flash: log.flash,
    ram: log.ram,
    program,
    log: context.log,
    warnings: log.warnings,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Uploads to a real board, building first what changed. Errors as `buildFirmware`. */
export async function uploadFirmware(
  folder: string,
  environment: string,
  options: UploadOptions,
): Promise<void> {
  const port = options.port === undefined ? [] : ['--upload-port', options.port];
  await pioRun({ folder, environment, doing: 'uploading' }, ['-t', 'upload', ...port], options);
}

/**
 * Starts the firmware on a virtual board (PlatformIO's target `upload`, too), in place of the one that ran in
 * the same state folder. This process owns it: `stopVirtual` ends it, `releaseVirtual` lets it outlive this
 * process. Errors as `buildFirmware`.
 */
export async function startVirtual(
  folder: string,
  environment: string,
  options: StartOptions = {},
): Promise<VirtualState> {
  const state = resolve(options.stateFolder ?? virtualStateFolder(folder, environment, options.env));
  await cleanUpVirtual(options.env);
  await claimVirtual(state);
  const more: Record<string, string> = {
    KWS_STATE_DIR: state,
    KWS_NODE: process.execPath,
    KWS_EMULATOR: fileURLToPath(CHIP_EMULATOR),
  };
  const { program } = options;
  if (program !== undefined) more.KWS_PROGRAM = resolve(program);
  if (options.icount !== undefined) more.KWS_ICOUNT = String(options.icount);
  const call = { ...options, virtual: true };
  try {
    const { context } = await pioRun(
      { folder, environment, doing: 'uploading' },
      [...(program === undefined ? [] : ['-t', 'nobuild']), '-t', 'upload'],
      call,
      more,
    );
    const running = virtualState(state);
    if (running !== undefined) return running;
    throw toolError({
      what: `the virtual board ${environment} ended as soon as it was started`,
      next: `see ${join(state, 'log.txt')} and ${context.log}`,
    });
  } catch (error) {
    await stopVirtual(state);
    throw error;
  }
}

/**
 * The program that a build of the project's environment left.
 * @throws toolError where there is none
 */
export function builtProgram(folder: string, environment: string, env?: NodeJS.ProcessEnv): string {
  const program = programOf(buildPlace(resolve(folder), env), environment);
  if (program !== undefined) return program;
  throw toolError({ what: `nothing was built for ${environment}`, where: folder, next: 'kws-gen build' });
}

/** A program of one of PlatformIO's packages. */
export interface PackageTool {
  /** `owner/name`; downloaded where it is missing. */
  readonly package: string;
  /** The program and its arguments. */
  readonly words: readonly string[];
  /** For people, and in the name of the log: the board. */
  readonly environment: string;
  /** Folder of the log. */
  readonly folder: string;
}

/**
 * Runs a program that flashes a board, without a project and without compilers. Errors as `buildFirmware`.
 */
export async function runPackageTool(
  tool: PackageTool,
  options: Omit<BuildOptions, 'virtual' | 'onProgress'> = {},
): Promise<void> {
  const { environment, folder } = tool;
  const platformio = options.platformio ?? (await requirePlatformio(options.env));
  const context: FailureContext = {
    doing: 'uploading',
    environment,
    log: join(resolve(folder), '.pio', `uploading-${environment}.log`),
  };
  const log = new BuildLog();
  const args = ['pkg', 'exec', '--package', tool.package, '--', ...tool.words];
  const end = await runTool(platformio.command, args, {
    env: { ...(options.env ?? process.env), ...quiet() },
    log: context.log,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    signal: options.signal,
    onLine: (line) => void log.take(line),
    started: (pid) => recordProgram(pid, `${tool.words[0]} for ${environment}`, options.env),
  });
  options.signal?.throwIfAborted();
  if (end.kind === 'exit' && end.code === 0) return;
  throw failure(end, log, context);
}

/** No telemetry, no update checks, plain output. */
const quiet = (): Record<string, string> => ({
  PLATFORMIO_SETTING_ENABLE_TELEMETRY: 'no',
  PLATFORMIO_SETTING_CHECK_PLATFORMIO_INTERVAL: '36500',
  PLATFORMIO_SETTING_CHECK_PRUNE_SYSTEM_THRESHOLD: '0',
  PLATFORMIO_DISABLE_PROGRESSBAR: 'true',
  PLATFORMIO_NO_ANSI: 'true',
  PYTHONUNBUFFERED: '1',
  // Compilers write their messages in English, which is what is recognised.
  LC_ALL: 'C.UTF-8',
});

/** Environment variables of every build: the quiet ones, and the shared build cache. */
function pioEnvironment(
  folder: string,
  platformio: PlatformioInstallation,
  { virtual, env = process.env }: BuildOptions,
): Record<string, string> {
  const common = { ...quiet(), PLATFORMIO_BUILD_CACHE_DIR: buildCache(folder, virtual, env) };
  if (!virtual) return common;
  return {
    ...common,
    PLATFORMIO_CORE_DIR: privateCoreFolder(platformio, env),
    // Links to development platforms are named after folders, not paths: one place per project.
    PLATFORMIO_PLATFORMS_DIR: join(folder, '.pio', 'platforms'),
    // Python would leave its caches beside the platform's scripts: in the package, which is not ours to write to.
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/**
 * Compiled objects, shared by all projects of virtual boards. A real board's platform keeps SCons's record of
 * what is up to date in this folder, under paths relative to the project, so that projects which share it link
 * each other's stale objects: there each project has its own.
 */
function buildCache(folder: string, virtual: boolean, env: NodeJS.ProcessEnv): string {
  const shared = join(cacheFolder(env), 'build-cache');
  return virtual ? shared : join(shared, createHash('sha256').update(folder).digest('hex').slice(0, 16));
}

interface PioCall extends Pick<FailureContext, 'environment' | 'doing'> {
  /** Of the project. */
  readonly folder: string;
}

async function pioRun(
  call: PioCall,
  args: readonly string[],
  options: BuildOptions,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly log: BuildLog; readonly context: FailureContext; readonly place: string }> {
  const { environment, doing } = call;
  const folder = resolve(call.folder);
  const place = buildPlace(folder, options.env);
  const platformio = options.platformio ?? (await requirePlatformio(options.env));
  const context: FailureContext = {
    doing,
    environment,
    log: join(folder, '.pio', `${doing}-${environment}.log`),
  };
  for (const one of leftOver(options.env)) {
    options.onProgress?.({ compiled: 0, text: `ending ${one.what}, which a killed run left behind` });
    await one.end();
  }
  const log = new BuildLog();
  const stop = new AbortController();
  let offline: string | undefined;
  let asked = false;
  const onLine = (line: string) => {
    const text = log.take(line);
    if (text !== undefined) options.onProgress?.({ compiled: log.compiled, text });
    const wanted = log.installing;
    if (wanted === undefined || asked) return;
    asked = true;
    void canDownload(platformio, wanted).then((reachable) => {
      if (reachable || log.installing === undefined) return;
      offline = log.installing;
      stop.abort();
    });
  };
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const end = await runTool(platformio.command, ['run', '-d', place, '-e', environment, ...args], {
    cwd: place,
    env: { ...(options.env ?? process.env), ...pioEnvironment(place, platformio, options), ...more },
    log: context.log,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    signal,
    onLine,
    started: (pid) => recordProgram(pid, `pio run in ${folder}`, options.env),
  });
  options.signal?.throwIfAborted();
  if (offline !== undefined) throw offlineError(offline, context);
  if (end.kind === 'exit' && end.code === 0) return { log, context, place };
  throw failure(end, log, context);
}

function programOf(folder: string, environment: string): string | undefined {
  const base = join(resolve(folder), '.pio', 'build', environment);
  return ['firmware.elf', 'program.elf', 'program', 'program.exe']
    .map((name) => join(base, name))
    .find((path) => existsSync(path));
}
