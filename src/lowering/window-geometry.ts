/** Where a filter stands on an image: what every kernel that slides one is told, and the reference computes by. */
export interface WindowGeometry {
  readonly inH: number;
  readonly inW: number;
  readonly inC: number;
  readonly outH: number;
  readonly outW: number;
  readonly kernelH: number;
  readonly kernelW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  /** Rows (columns) of padding before the first one of the input. */
  readonly padTop: number;
  readonly padLeft: number;
}
