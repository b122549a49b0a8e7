/**
 * Where the PlatformIO platform of a board comes from: the registry, a git repository, or an archive. All are pinned:
 * a version that floats changes the firmware under its user.
 */

export type PlatformSource = 'bundled' | 'registry' | 'git' | 'archive';

/** What names a version, and no branch: a number with a dot, or a commit. */
const VERSION = String.raw`\d+\.\d+`;
const COMMIT = '[0-9a-f]{7,40}';

const PATTERNS: Readonly<Record<PlatformSource, string>> = {
  bundled: 'bundled',
  /** `nordicnrf52@10.11.0`, with or without an owner. */
  registry: String.raw`[\w.-]+(?:\/[\w.-]+)?@\d+\.\d+\.\d+[\w.+-]*`,
  /** `https://github.com/OWNER/PLATFORM.git#v1.2.3` */
  git: String.raw`(?:git\+)?https:\/\/[^\s#]+#(?:[\w./+-]*${VERSION}[\w./+-]*|${COMMIT})`,
  /** `https://HOST/…/v1.2.3.zip` */
  archive: String.raw`https:\/\/[^\s#]*(?:${VERSION}[^\s#]*|\b${COMMIT})\.(?:zip|tar\.gz)`,
};

/** A pinned platform; for strings that are not long. */
export const PINNED_PLATFORM = new RegExp(`^(?:${Object.values(PATTERNS).join('|')})$`);

/** Undefined where it is none, or not pinned. */
export function platformSource(platform: string): PlatformSource | undefined {
  const sources = Object.entries(PATTERNS) as [PlatformSource, string][];
  return sources.find(([, pattern]) => new RegExp(`^(?:${pattern})$`).test(platform))?.[0];
}
