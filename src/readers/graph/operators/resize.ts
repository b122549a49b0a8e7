/** ResizeBilinear, ResizeNearestNeighbor → RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR. */
import { UnreadableError } from '../../support/unreadable.js';
import { CONVERT_AGAIN, flagAttribute } from '../graph-def.js';
import { integers, tensor } from '../operand.js';
import type { LowerNode } from '../site.js';

const lowerResize =
  (kind: 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR'): LowerNode =>
  (site, inputs) => {
    const x = tensor(inputs, 0);
    const [height = 0, width = 0, ...rest] = integers(inputs, 1, 'size', 2);
    if (x.shape.length !== 4 || rest.length > 0)
      throw new UnreadableError('resizes what is no image', CONVERT_AGAIN);
    if (height === x.shape[1] && width === x.shape[2]) return x;
    const options = {
      alignCorners: flagAttribute(site.node, 'align_corners', false),
      halfPixelCenters: flagAttribute(site.node, 'half_pixel_centers', false),
    };
    const size = site.ints('size', [height, width]);
    return site.emit(kind, [x.id, size], [1, height, width, x.shape[3]!], options);
  };

export const RESIZES: Readonly<Record<string, LowerNode>> = {
  ResizeBilinear: lowerResize('RESIZE_BILINEAR'),
  ResizeNearestNeighbor: lowerResize('RESIZE_NEAREST_NEIGHBOR'),
};
