import type { WindowReport } from './incremental.js';

/** A firmware project in memory: what `emit/` makes and the project writer puts on disk. */
export type FirmwareFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Copied byte for byte from a file of the package, or of the project. */
  | { readonly kind: 'copy'; readonly from: string };

export interface FirmwareProject {
  /** Sorted by path; paths are relative, with `/`. */
  readonly files: ReadonlyMap<string, FirmwareFile>;
  /** Hex SHA-256 over paths and contents: the build id of the hello line is its first 12 characters. */
  readonly buildId: string;
  /** What became of the windows of models, in the compiled runtime. */
  readonly windows?: readonly WindowReport[];
}

/**
 * A field of a C++ constant that a stage wants baked into the firmware, in the order of its struct: a number
 * (0 or 1 for `bool`) stands in the initialiser itself, an array becomes a constant of its own whose name does.
 */
export type CField =
  | { readonly kind: 'scalar'; readonly name: string; readonly ctype: CType; readonly value: number }
  | {
      readonly kind: 'array';
      readonly name: string;
      readonly ctype: CType;
      readonly values: readonly number[];
    };

export type CType = 'bool' | 'float' | 'uint8_t' | 'int8_t' | 'uint16_t' | 'int16_t' | 'uint32_t' | 'int32_t';
