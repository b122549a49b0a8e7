/** platformio.ini of a firmware project. */
import type { ResolvedBoard } from '../boards/types.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { iniValue } from './ini.js';
import { fillTemplate } from './templates.js';

export interface IniInput {
  readonly board: ResolvedBoard;
  readonly by: GeneratedBy;
  /** Folder of the virtual boards' platform, as it is to stand in the file. */
  readonly virtualPlatform: string;
  /** What the runtime adds. */
  readonly buildFlags: readonly string[];
  readonly libDeps: readonly string[];
  /** Packages in place of those that the platform asks for. */
  readonly platformPackages: readonly string[];
  readonly extraScripts: readonly string[];
  /** Further keys of the environment. */
  readonly options: Readonly<Record<string, string>>;
}

export function renderIni({ board, by, virtualPlatform, ...more }: IniInput): string {
  const { platformio } = board;
  const platform =
    platformio.platform === 'bundled'
      ? `symlink://${iniValue(virtualPlatform, "the folder of kws-gen's virtual boards")}`
      : platformio.platform;
  const defines = [...board.halDefines].map(([name, value]) => `-D${name}=${value}`);
  const options = {
    ...(platformio.framework ? { framework: platformio.framework } : {}),
    ...platformio.options,
    ...more.options,
  };
  const lists = {
    platform_packages: more.platformPackages,
    build_flags: [...platformio.buildFlags, ...defines, ...more.buildFlags],
    build_unflags: platformio.buildUnflags,
    lib_deps: [...platformio.libDeps, ...more.libDeps],
    extra_scripts: more.extraScripts,
  };
  return fillTemplate('platformio.ini', {
    banner: bannerLines(by),
    env: board.id,
    platform: iniValue(platform, 'the platform'),
    board: iniValue(platformio.board, 'the board id'),
    options: Object.entries(options).map(([key, value]) => ({ key, value: iniValue(value, key) })),
    baud: board.monitorBaud,
    lists: Object.entries(lists)
      .filter(([, values]) => values.length > 0)
      .map(([key, values]) => ({ key, values: values.map((value) => iniValue(value, `a value of ${key}`)) })),
  });
}
