/**
 * Where the rows (or columns) of a resized image lie in the original, as TensorFlow Lite's kernels compute it
 * (lite/kernels/internal/reference: resize_bilinear.h, resize_nearest_neighbor.h).
 */

/** One dimension of RESIZE_BILINEAR or RESIZE_NEAREST_NEIGHBOR. */
export interface ResizedAxis {
  /** Of the input. */
  readonly size: number;
  /** Size of the output. */
  readonly wanted: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Keeps places in fixed point, and the products they are made of, within 32 bits. */
export const MOST_RESIZED = 32_767;

const FRACTION = 1024;

/**
 * Places in 1/1024 of a pixel, [wanted], from 0 to 1024 * (size - 1). The step from one to the next is rounded, too:
 * undefined where the last ones come to lie outside of the input for that, which TensorFlow Lite would read.
 *
 * @param axis sizes from 1 to `MOST_RESIZED`
 */
export function bilinearPlaces(axis: ResizedAxis): Int32Array | undefined {
  const { size, wanted, halfPixelCenters } = axis;
  const [over, under] = axis.alignCorners && wanted > 1 ? [size - 1, wanted - 1] : [size, wanted];
  const step = Math.floor((FRACTION * over + Math.floor(under / 2)) / under);
  const start = halfPixelCenters ? Math.floor(step / 2) - FRACTION / 2 : 0;
  const end = FRACTION * size;
  if ((wanted - 1) * step + start >= end) return undefined;
  return Int32Array.from({ length: wanted }, (_, at) =>
    Math.min(Math.max(at * step + start, 0), end - FRACTION),
  );
}

/** The same in real numbers, of the float kernel. */
export function realPlaces(axis: ResizedAxis): Float64Array {
  const { size, wanted, halfPixelCenters } = axis;
  const step = axis.alignCorners && wanted > 1 ? (size - 1) / (wanted - 1) : size / wanted;
  return Float64Array.from({ length: wanted }, (_, at) =>
    Math.min(Math.max(halfPixelCenters ? (at + 0.5) * step - 0.5 : at * step, 0), size - 1),
  );
}

/** The nearest rows, [wanted]: integers from 0 to size - 1. Computed in single precision, as there. */
export function nearestPlaces(axis: ResizedAxis): Int32Array {
  const { size, wanted, alignCorners, halfPixelCenters } = axis;
  const step = Math.fround(alignCorners && wanted > 1 ? (size - 1) / (wanted - 1) : size / wanted);
  const offset = halfPixelCenters ? 0.5 : 0;
  return Int32Array.from({ length: wanted }, (_, at) => {
    const place = Math.fround((at + offset) * step);
    return Math.min(alignCorners ? Math.floor(place + 0.5) : Math.floor(place), size - 1);
  });
}
