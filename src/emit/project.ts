/**
 * A whole PlatformIO project in memory: the same inputs give the same bytes.
 *
 * Owns: which files there are, and the build id. Leaves to others: what stands in them (`aot.ts`, `tflm.ts`,
 * `config.ts`, `ini-file.ts`, `notices.ts`), the disk (`write.ts`).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ResolvedBoard } from '../boards/types.js';
import type { KernelName } from '../lowering/call.js';
import type { Runtime } from '../model/runtime.js';
import type { Model } from '../model/types.js';
import type { ResolvedProject } from '../project/types.js';
import { renderActions } from './actions.js';
import { aotModels } from './aot-models.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { beginProject } from './begin.js';
import { checkBudget } from './budget.js';
import { renderConfig } from './config.js';
import { frameworkPackage } from './framework.js';
import type { WindowReport } from './incremental.js';
import { type IniInput, renderIni } from './ini-file.js';
import { KERNEL_SHAPE_FILE } from './kernel-shape.js';
import { projectLibraries } from './libraries.js';
import { renderNotices, renderReadme } from './notices.js';
import { renderShape, SHAPE_FILE } from './shape.js';
import { fillTemplate, projectFile, VIRTUAL_PLATFORM_FOLDER } from './templates.js';
import { type TflmPart, tflmPart } from './tflm.js';
import { operatorSlots } from './traced.js';
import type { FirmwareFile, FirmwareProject } from './types.js';

export interface RenderOptions {
  /** Local folder of TensorFlow Lite Micro, absolute, instead of the board's library. */
  readonly tflmPath?: string;
  /** Local folder of the vendor's core, absolute, instead of the one from PlatformIO's registry. */
  readonly frameworkPath?: string;
  /** Folder of the virtual boards' platform; the package's own if absent. */
  readonly virtualPlatform?: string;
  /** Firmware that also tells every value on the way (`proof/`), or how long each step takes. */
  readonly trace?: boolean;
  /** Firmware whose detectors and microphone can be set while it runs. */
  readonly live?: boolean;
  /** Firmware that sends what its microphone hears, while the host asks for it. */
  readonly audio?: boolean;
}

export interface RenderInput {
  readonly project: ResolvedProject;
  readonly board: ResolvedBoard;
  readonly runtime: Runtime;
  readonly toolVersion: string;
  readonly options?: RenderOptions;
}

/** What a runtime contributes to a project. */
interface RuntimePart extends Pick<IniInput, 'buildFlags' | 'libDeps' | 'extraScripts' | 'options'> {
  readonly files: ReadonlyMap<string, FirmwareFile>;
  readonly kernels: ReadonlySet<KernelName>;
  readonly kernelShape?: string;
  readonly notices: TflmPart['notices'];
  readonly windows: readonly WindowReport[];
}

interface RuntimeEmitter {
  /** Device libraries that only this runtime needs. */
  readonly libraries: readonly string[];
  readonly part: (input: RenderInput, ids: readonly string[], by: GeneratedBy) => RuntimePart;
}

const RUNTIMES: Readonly<Record<Runtime, RuntimeEmitter>> = {
  aot: { libraries: ['kws_kernels'], part: aotPart },
  tflm: { libraries: ['kws_model_tflm'], part: interpreterPart },
};

/**
 * Renders the firmware of a project for a board.
 *
 * @throws KwsError (exit code 2) for models that are not int8, that the runtime cannot compute or the board cannot hold
 */
export function renderProject(input: RenderInput): FirmwareProject {
  const { project, board, runtime, toolVersion, options = {} } = input;
  const { trace = false, live = false, audio = false } = options;
  const { by, ids } = beginProject(project, runtime, { board, tflmPath: options.tflmPath }, toolVersion);
  const models = project.models.map(({ model }) => model);
  const { libraries, part: partOf } = RUNTIMES[runtime];
  const part = partOf(input, ids, by);
  const actions = renderActions(project, board, by);

  const framework =
    options.frameworkPath === undefined ? [] : [frameworkPackage(board, options.frameworkPath)];

  const assemble = (buildId: string, virtualPlatform: string, local: LocalParts) => {
    const files = new Map<string, FirmwareFile>([
      ...projectLibraries(project, libraries, board, part.kernels),
      ...part.files,
      ...deviceFiles(project),
      ['src/main.cpp', { kind: 'copy', from: projectFile('src/main.cpp') }],
    ]);
    const text = (path: string, content: string) => files.set(path, { kind: 'text', text: content });
    text('src/kws_config.cpp', renderConfig({ project, ids, board, runtime, buildId, by, trace }));
    if (actions !== undefined) text('src/kws_actions.cpp', actions);
    text(SHAPE_FILE, renderShape(project, board, by));
    const kernels = `lib/kws_kernels/${KERNEL_SHAPE_FILE}`;
    if (part.kernelShape !== undefined && files.has(kernels)) text(kernels, part.kernelShape);
    const buildFlags = [
      ...part.buildFlags,
      ...(trace ? [traceFlag(models)] : []),
      ...(live ? ['-DKWS_LIVE'] : []),
      ...(audio ? ['-DKWS_AUDIO'] : []),
    ];
    text('platformio.ini', renderIni({ ...part, buildFlags, board, by, virtualPlatform, ...local }));
    text('README.md', renderReadme({ project, board, runtime, buildId, toolVersion }));
    text('THIRD_PARTY_NOTICES.md', renderNotices([...board.notices, ...part.notices]));
    text('.gitignore', fillTemplate('gitignore', { banner: bannerLines(by) }));
    return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  // The build id must not depend on where things lie on this machine, nor on itself.
  const portable = part.libDeps.map((spec) => spec.replace(/^symlink:\/\/.*/s, 'local'));
  const buildId = hashFiles(assemble('', 'bundled', { libDeps: portable, platformPackages: [] }));
  const platform = options.virtualPlatform ?? VIRTUAL_PLATFORM_FOLDER;
  const { windows } = part;
  const local = { libDeps: part.libDeps, platformPackages: framework };
  return { files: assemble(buildId.slice(0, 12), platform, local), buildId, windows };
}

/** Lists of platformio.ini that name places of this machine. */
type LocalParts = Pick<IniInput, 'libDeps' | 'platformPackages'>;

/** The project's own code, in a folder of its own: no name in it meets one of ours. */
const deviceFiles = ({ deviceFiles: files = [] }: ResolvedProject): [string, FirmwareFile][] =>
  files.map(({ path, from }) => [`src/device/${path}`, { kind: 'copy', from }]);

/** Makes the libraries tell, and says how many operators there are to count for. */
function traceFlag(models: readonly Model[]): string {
  return `-DKWS_TRACE=${models.reduce((sum, model) => sum + operatorSlots(model), 0)}`;
}

function aotPart(
  { project, board, options }: RenderInput,
  ids: readonly string[],
  by: GeneratedBy,
): RuntimePart {
  const trace = options?.trace ?? false;
  const { files, kernels, kernelShape, windows } = aotModels(project, board, { ids, by, trace });
  return {
    ...{
      kernels,
      kernelShape,
      windows,
      buildFlags: [],
      libDeps: [],
      extraScripts: [],
      options: {},
      notices: [],
    },
    files: new Map([...files].map(([name, text]) => [`src/${name}`, { kind: 'text', text }])),
  };
}

function interpreterPart(input: RenderInput, ids: readonly string[], by: GeneratedBy): RuntimePart {
  const { project, board, options = {} } = input;
  const { trace = false, tflmPath } = options;
  const part = tflmPart({ project, board, ids, by, trace, ...(tflmPath ? { path: tflmPath } : {}) });
  checkBudget({
    project,
    board,
    runtime: 'tflm',
    models: part.arenaBytes.map((ram, i) => ({
      name: project.models[i]!.name,
      flash: project.models[i]!.model.source.bytes.length,
      ram,
    })),
  });
  return { ...part, kernels: new Set(), windows: [] };
}

/** Content of a file of a project. */
export function fileBytes(file: FirmwareFile): Buffer {
  if (file.kind === 'bytes') return Buffer.from(file.bytes);
  return file.kind === 'text' ? Buffer.from(file.text, 'utf8') : readFileSync(file.from);
}

function hashFiles(files: ReadonlyMap<string, FirmwareFile>): string {
  const hash = createHash('sha256');
  for (const [path, file] of files) {
    const bytes = fileBytes(file);
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}
