/** A firmware project in memory: what `emit/` makes and the project writer puts on disk. */
export type FirmwareFile =
  | { readonly kind: 'text'; readonly text: string }
  /** Copied byte for byte from a file of the package. */
  | { readonly kind: 'copy'; readonly from: string };

export interface FirmwareProject {
  /** Sorted by path; paths are relative, with `/`. */
  readonly files: ReadonlyMap<string, FirmwareFile>;
  /** Hex SHA-256 over paths and contents: the build id of the hello line is its first 12 characters. */
  readonly buildId: string;
}
