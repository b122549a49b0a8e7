/** What `--emulate` may mean. */

/**
 * On the nearest core that QEMU has, on the emulated chip itself, or the board's own firmware, its vendor's core
 * included, on that.
 */
export const TWIN_KINDS = ['core', 'chip', 'firmware'] as const;
export type TwinKind = (typeof TWIN_KINDS)[number];
/** What `--emulate` says; true: the nearest core. */
export type Emulate = boolean | Exclude<TwinKind, 'core'>;

/** The kind that is asked for; undefined: the board itself. */
export function twinKindOf(emulate: Emulate | undefined): TwinKind | undefined {
  if (emulate === undefined || emulate === false) return undefined;
  return emulate === true ? 'core' : emulate;
}
