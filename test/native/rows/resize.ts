/** Rows of RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. */
import { int32Tensor, oneOperator, type TensorSpec } from '../../support/small-model.js';
import { type KernelTestRow, row } from './draw.js';

const PLACES = {
  'from 0': { alignCorners: false, halfPixelCenters: false },
  corners: { alignCorners: true, halfPixelCenters: false },
  centres: { alignCorners: false, halfPixelCenters: true },
} as const;

export function resizing(): KernelTestRow[] {
  const resize = (
    kind: 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR',
    [batches, height, width, channels]: readonly [number, number, number, number],
    size: readonly [number, number],
    places: keyof typeof PLACES,
  ): KernelTestRow =>
    row(`${kind} [${batches},${height},${width},${channels}] to ${size}, ${places}`, (draw) => {
      const affine = draw.affine();
      const image = (h: number, w: number): TensorSpec => ({ shape: [batches, h, w, channels], affine });
      return oneOperator(
        kind,
        PLACES[places],
        [image(height, width), int32Tensor(...size)],
        [image(...size)],
      );
    });
  const both = ['RESIZE_BILINEAR', 'RESIZE_NEAREST_NEIGHBOR'] as const;
  return both.flatMap((kind) =>
    (Object.keys(PLACES) as (keyof typeof PLACES)[]).flatMap((places) => [
      resize(kind, [1, 7, 5, 3], [13, 11], places),
      resize(kind, [2, 9, 8, 2], [4, 3], places),
      resize(kind, [1, 1, 6, 1], [5, 6], places),
      resize(kind, [1, 4, 4, 1], [1, 1], places),
      resize(kind, [1, 49, 40, 1], [32, 32], places),
      resize(kind, [1, 3, 2, 4], [95, 3], places),
    ]),
  );
}
