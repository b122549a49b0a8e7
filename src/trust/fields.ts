/**
 * Which settings of a project can run code of their own when firmware is built.
 *
 * PlatformIO evaluates its settings: `!command` in flags is run by a shell, `$` is expanded by SCons (`${…}` as
 * Python), `extra_scripts` and the build scripts of libraries and platforms are Python programs, and compilers load
 * plugins. A project may come from a stranger. Known to be harmless is what stands in the board files that come with
 * the tool, and what the rules below let through; everything else needs its user's consent.
 *
 * Owns: the rules. Leaves to others: asking, and remembering the answer (`consent.ts`).
 */
import type { Board } from '../boards/types.js';
import { fieldName } from '../diagnostics/schema-problems.js';

export interface TrustField {
  /** As the user would look for it: `kws.json, boards.native.platformio.buildFlags[0]`. */
  readonly where: string;
  /** Key of platformio.ini. */
  readonly key: string;
  readonly value: string;
  /** Why it needs consent, where that is not PlatformIO. */
  readonly why?: string;
}

/** Of a board file or of kws.json: what they have in common. */
export type PlatformioEntry = {
  readonly [K in 'options' | 'buildFlags' | 'buildUnflags' | 'libDeps']?: Board['platformio'][K] | undefined;
};
type BoardSettings = Pick<Board, 'platformio' | 'twin'>;

/** Nothing that a shell, SCons or Python takes for more than text. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_.,+-]*$/;
/** Keys whose plain values change numbers and names, and name no file that is run. */
const PLAIN_KEYS =
  /^(?:upload_speed|monitor_speed|build_type|lib_ldf_mode|lib_compat_mode|board_(?:build|upload)\.(?:f_cpu|f_flash|f_boot|flash_mode|flash_size|psram_type|memory_type|arduino\.memory_type|maximum_size|maximum_ram_size|maximum_data_size|stack_size|cpu|mcu))$/;
const FLAG_KEYS = new Set(['build_flags', 'build_src_flags', 'build_unflags', 'board_build.float_flags']);

const HARMLESS_FLAGS: readonly RegExp[] = [
  // A macro that is a number or a constant; one that is code, or renames a function, is code of its own.
  /^-D[A-Za-z_]\w*(?:=(?:-?[0-9][0-9A-Za-z.]*|[A-Z][A-Z0-9_]*|true|false))?$/,
  /^-U[A-Za-z_]\w*$/,
  /^-O(?:[0-3sgz]|fast)?$/,
  /^-g[0-3]?$/,
  /^-std=[a-z0-9+]+$/,
  /^-W[a-z][a-z0-9+-]*(?:=[a-z0-9]+)?$/,
  /^-m[a-z][a-z0-9-]*(?:=[a-z0-9_.+-]+)?$/,
  // Not those that load or write files.
  /^-f(?!plugin|dump|profile|use-ld|save|callgraph|compare|lto-|opt-info|diagnostics|auto-profile|offload)[a-z][a-z0-9-]*(?:=[a-z0-9]+)?$/,
];

/** Taking a flag away loads nothing; the text must still be plain. */
const HARMLESS_UNFLAG = /^-[A-Za-z][A-Za-z0-9_=.,+-]*$/;

function isHarmless(key: string, value: string): boolean {
  if (!FLAG_KEYS.has(key)) return PLAIN_KEYS.test(key) && PLAIN.test(value);
  const rules = key === 'build_unflags' ? [HARMLESS_UNFLAG] : HARMLESS_FLAGS;
  return value
    .trim()
    .split(/\s+/)
    .every((flag) => flag === '' || rules.some((rule) => rule.test(flag)));
}

/** A setting with its key in platformio.ini and its place in the file. */
interface Setting {
  readonly key: string;
  readonly value: string;
  readonly path: readonly (string | number)[];
}

const list = (key: string, name: string, values: readonly string[] = []): Setting[] =>
  values.map((value, i) => ({ key, value, path: [name, i] }));
const below = (name: string, settings: readonly Setting[]): Setting[] =>
  settings.map((one) => ({ ...one, path: [name, ...one.path] }));

function entrySettings({ options = {}, buildFlags, buildUnflags, libDeps }: PlatformioEntry): Setting[] {
  return below('platformio', [
    ...Object.entries(options).map(([key, value]) => ({ key, value, path: ['options', key] })),
    ...list('build_flags', 'buildFlags', buildFlags),
    ...list('build_unflags', 'buildUnflags', buildUnflags),
    ...list('lib_deps', 'libDeps', libDeps),
  ]);
}

function boardSettings({ platformio, twin }: BoardSettings): Setting[] {
  const { platform, board, framework } = platformio;
  const named = Object.entries({ platform, board, ...(framework === undefined ? {} : { framework }) });
  const cpu = twin?.cpu === undefined ? [] : [{ key: 'board_build.cpu', value: twin.cpu, path: ['cpu'] }];
  return [
    ...below(
      'platformio',
      named.map(([key, value]) => ({ key, value, path: [key] })),
    ),
    ...entrySettings(platformio),
    ...below('twin', [...cpu, ...list('board_build.float_flags', 'floatFlags', twin?.floatFlags)]),
  ];
}

/** A registry's platform without its version. */
const platformName = (platform: string): string =>
  /^[\w./-]+@/.test(platform) ? platform.slice(0, platform.indexOf('@')) : platform;

/** What stands in the board files that come with the tool. */
function shippedValues(shipped: Iterable<BoardSettings>): ReadonlySet<string> {
  const known = new Set<string>();
  for (const board of shipped)
    for (const { key, value } of boardSettings(board)) {
      known.add(`${key}\0${value}`);
      if (key === 'platform') known.add(`${key}\0${platformName(value)}`);
    }
  return known;
}

export interface TrustSources {
  /** The boards that come with the tool. */
  readonly shipped: Iterable<BoardSettings>;
  /** The board that is aimed at, as its own file has it. */
  readonly board: BoardSettings & { readonly id: string; readonly file?: string };
  /** How messages call the project's file, and which of its entries is the board's. */
  readonly file: string;
  readonly entry: string;
  readonly platformio: PlatformioEntry | undefined;
}

/** The settings that need consent; none where everything is known to be harmless. */
export function trustFields({
  shipped,
  board,
  file,
  entry,
  platformio,
}: TrustSources): readonly TrustField[] {
  const known = shippedValues(shipped);
  const ofBoard = boardSettings(board).map((one) => ({
    ...one,
    file: board.file ?? `${board.id}.board.json`,
  }));
  const ofProject = below('boards', below(entry, entrySettings(platformio ?? {}))).map((one) => ({
    ...one,
    file,
  }));
  const unknown = [...ofBoard, ...ofProject].filter(({ key, value }) => {
    if (known.has(`${key}\0${value}`)) return false;
    if (key === 'platform') return !known.has(`${key}\0${platformName(value)}`);
    if (key === 'board') return !PLAIN.test(value);
    return !isHarmless(key, value);
  });
  return unknown.map(({ key, value, path, file: where }) => ({
    where: `${where}, ${fieldName(path)}`,
    key,
    value,
  }));
}
