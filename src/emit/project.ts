/**
 * A whole PlatformIO project in memory: the same inputs give the same bytes.
 *
 * Owns: which files there are, and the build id. Leaves to others: what stands in them (`aot.ts`, `tflm.ts`,
 * `config.ts`, `ini-file.ts`, `notices.ts`), the disk (`write.ts`).
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ResolvedBoard } from '../boards/types.js';
import type { KernelName } from '../kernels/call.js';
import { planModel } from '../plan/plan.js';
import type { ModelPlan } from '../plan/types.js';
import type { ResolvedProject, Runtime } from '../project/types.js';
import { renderAotModel } from './aot.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { checkBudget } from './budget.js';
import { identifier } from './c.js';
import { renderConfig } from './config.js';
import { type IniInput, renderIni } from './ini-file.js';
import { projectLibraries } from './libraries.js';
import { renderNotices, renderReadme } from './notices.js';
import { projectFile, VIRTUAL_PLATFORM_FOLDER } from './templates.js';
import { type TflmPart, tflmPart } from './tflm.js';
import type { FirmwareFile, FirmwareProject } from './types.js';

export interface RenderOptions {
  /** Local folder of TensorFlow Lite Micro, absolute, instead of the board's library. */
  readonly tflmPath?: string;
  /** Folder of the virtual boards' platform; the package's own if absent. */
  readonly virtualPlatform?: string;
}

export interface RenderInput {
  readonly project: ResolvedProject;
  readonly board: ResolvedBoard;
  readonly runtime: Runtime;
  readonly toolVersion: string;
  readonly options?: RenderOptions;
}

/** What a runtime contributes. */
interface RuntimePart extends Pick<IniInput, 'buildFlags' | 'libDeps' | 'extraScripts' | 'options'> {
  readonly files: ReadonlyMap<string, FirmwareFile>;
  readonly kernels: ReadonlySet<KernelName>;
  readonly notices: TflmPart['notices'];
}

/**
 * Renders the firmware of a project for a board.
 *
 * @throws KwsError (exit code 2) for models that the runtime cannot compute or the board cannot hold
 */
export function renderProject(input: RenderInput): FirmwareProject {
  const { project, board, runtime, toolVersion, options = {} } = input;
  const by: GeneratedBy = { toolVersion };
  const taken = new Set<string>();
  const ids = project.models.map(({ name }) => identifier(name, taken));
  const part = runtime === 'aot' ? aotPart(input, ids, by) : interpreterPart(input, ids, by);

  const assemble = (buildId: string, virtualPlatform: string, libDeps: readonly string[]) => {
    const files = new Map<string, FirmwareFile>([
      ...projectLibraries(runtime, board, part.kernels),
      ...part.files,
      ['src/main.cpp', { kind: 'copy', from: projectFile('src/main.cpp') }],
    ]);
    const text = (path: string, content: string) => files.set(path, { kind: 'text', text: content });
    text('src/kws_config.cpp', renderConfig({ project, ids, board, runtime, buildId, by }));
    text('platformio.ini', renderIni({ ...part, board, by, virtualPlatform, libDeps }));
    text('README.md', renderReadme({ project, board, runtime, buildId, toolVersion }));
    text('THIRD_PARTY_NOTICES.md', renderNotices([...board.notices, ...part.notices]));
    text(
      '.gitignore',
      `${bannerLines(by)
        .map((line) => `# ${line}`)
        .join('\n')}\n.pio/\n`,
    );
    return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  // The build id must not depend on where things lie on this machine, nor on itself.
  const portable = part.libDeps.map((spec) => spec.replace(/^symlink:\/\/.*/s, 'local'));
  const buildId = hashFiles(assemble('', 'bundled', portable));
  const platform = options.virtualPlatform ?? VIRTUAL_PLATFORM_FOLDER;
  return { files: assemble(buildId.slice(0, 12), platform, part.libDeps), buildId };
}

function aotPart({ project, board }: RenderInput, ids: readonly string[], by: GeneratedBy): RuntimePart {
  const plans: ModelPlan[] = project.models.map(({ model }) => planModel(model));
  checkBudget({
    project,
    board,
    models: plans.map(({ cost }, i) => ({
      name: project.models[i]!.name,
      flash: cost.constantBytes,
      ram: cost.ramBytes,
    })),
  });
  const files = new Map<string, FirmwareFile>(
    plans.map((plan, i) => [
      `src/model_${ids[i]}.cpp`,
      { kind: 'text', text: renderAotModel(plan, project.models[i]!.name, ids[i]!, by).text },
    ]),
  );
  const kernels = new Set(
    plans.flatMap(({ steps }) => steps.flatMap(({ calls }) => calls.map(({ kernel }) => kernel))),
  );
  return { files, kernels, buildFlags: [], libDeps: [], extraScripts: [], options: {}, notices: [] };
}

function interpreterPart(input: RenderInput, ids: readonly string[], by: GeneratedBy): RuntimePart {
  const { project, board, options = {} } = input;
  const part = tflmPart({ project, board, ids, by, ...(options.tflmPath ? { path: options.tflmPath } : {}) });
  checkBudget({
    project,
    board,
    models: part.arenaBytes.map((ram, i) => ({
      name: project.models[i]!.name,
      flash: project.models[i]!.model.source.bytes.length,
      ram,
    })),
  });
  return { ...part, kernels: new Set() };
}

/** Content of a file of a project. */
export function fileBytes(file: FirmwareFile): Buffer {
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
