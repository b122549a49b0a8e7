/** What a filter slides over: the input with its offset, inside a border of zeros, so that no tap is outside. */
import type { WindowGeometry } from '../../lowering/window-geometry.js';

interface ImageParams extends WindowGeometry {
  /** Minus the zero point. */
  readonly inputOffset: number;
}

export interface Image {
  readonly params: ImageParams;
  /** [height][width][inC]; every value is a whole number, and doubles hold it as well as their products. */
  readonly values: Float64Array;
  /** Values from one row to the next. */
  readonly rowSize: number;
}

export function createImage(params: ImageParams): Image {
  const { inH, inW, inC, outH, outW, padTop, padLeft } = params;
  const { strideH, strideW, kernelH, kernelW, dilationH, dilationW } = params;
  /** Rows (columns) up to the last one under a filter; those of the input that no filter reaches are there, too. */
  const height = Math.max((outH - 1) * strideH + (kernelH - 1) * dilationH + 1, padTop + inH);
  const width = Math.max((outW - 1) * strideW + (kernelW - 1) * dilationW + 1, padLeft + inW);
  return { params, values: new Float64Array(height * width * inC), rowSize: width * inC };
}

/** Puts a batch of `x` into the middle. */
export function loadImage({ params, values, rowSize }: Image, x: Int8Array, batch: number): void {
  const { inH, inC, padTop, padLeft, inputOffset } = params;
  const inRow = params.inW * inC;
  let from = batch * inH * inRow;
  for (let row = 0; row < inH; row += 1) {
    const to = (padTop + row) * rowSize + padLeft * inC;
    for (let i = 0; i < inRow; i += 1) values[to + i] = x[from + i]! + inputOffset;
    from += inRow;
  }
}
