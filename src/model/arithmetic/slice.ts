/** STRIDED_SLICE: masks and negative indices resolved (kernels/internal/strided_slice_logic.h). */
import { clamp } from './requantize.js';

export interface SliceRequest {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly shrinkAxisMask: number;
}

/** Per dimension of the input: where to start, how far to step, how many to take (1 where an axis vanishes). */
export interface ResolvedSlice {
  readonly begin: readonly number[];
  readonly stride: readonly number[];
  readonly count: readonly number[];
  /** `count` without the axes that shrink away. */
  readonly outputShape: readonly number[];
}

/** @throws RangeError for a stride of zero, an index outside a shrunk axis, or the wrong number of indices */
export function resolveSlice(shape: readonly number[], request: SliceRequest): ResolvedSlice {
  const { length } = shape;
  if ([request.begin, request.end, request.strides].some((list) => list.length !== length))
    throw new RangeError(`begin, end and strides need ${length} elements each`);
  const axes = shape.map((size, axis) => {
    const bit = 1 << axis;
    const stride = request.strides[axis]!;
    if (stride === 0) throw new RangeError(`stride of axis ${axis} is 0`);
    const [low, high] = stride > 0 ? [0, size] : [-1, size - 1];
    const place = (index: number): number => clamp(index < 0 ? index + size : index, low, high);
    const begin = (request.beginMask & bit) !== 0 ? (stride > 0 ? 0 : size - 1) : place(request.begin[axis]!);
    const shrunk = (request.shrinkAxisMask & bit) !== 0;
    if (shrunk && (begin < 0 || begin >= size))
      throw new RangeError(`index ${request.begin[axis]} is outside axis ${axis} of size ${size}`);
    const end = (request.endMask & bit) !== 0 ? (stride > 0 ? size : -1) : place(request.end[axis]!);
    const count = shrunk ? 1 : Math.max(0, Math.ceil((end - begin) / stride));
    return { begin, stride, count, shrunk };
  });
  return {
    begin: axes.map(({ begin }) => begin),
    stride: axes.map(({ stride }) => stride),
    count: axes.map(({ count }) => count),
    outputShape: axes.filter(({ shrunk }) => !shrunk).map(({ count }) => count),
  };
}
