/** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR. */
import { nearestPlaces, type ResizedAxis, realPlaces } from '../../model/arithmetic.js';
import type { FloatSite } from './site.js';

type Kind = 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR';
type Places = (axis: ResizedAxis) => ArrayLike<number>;

export const prepareResizeBilinear = (site: FloatSite<'RESIZE_BILINEAR'>): (() => void) =>
  prepareResize(site, realPlaces);

export const prepareResizeNearest = (site: FloatSite<'RESIZE_NEAREST_NEIGHBOR'>): (() => void) =>
  prepareResize(site, nearestPlaces);

function prepareResize<K extends Kind>(site: FloatSite<K>, places: Places): () => void {
  const [batches, inH, inW, channels] = site.inputTensor(0).shape as readonly [
    number,
    number,
    number,
    number,
  ];
  const [, outH, outW] = site.outputTensor().shape as readonly [number, number, number, number];
  const { options } = site.operator as {
    readonly options: Pick<ResizedAxis, 'alignCorners' | 'halfPixelCenters'>;
  };
  const rows = Array.from(places({ size: inH, wanted: outH, ...options }), split);
  const columns = Array.from(places({ size: inW, wanted: outW, ...options }), split);
  const [x, y] = [site.input(), site.output()];
  return () => {
    let to = 0;
    for (let b = 0; b < batches; b += 1)
      for (const [top, below] of rows) {
        const upper = (b * inH + top) * inW;
        const lower = below === 0 ? upper : upper + inW;
        for (const [left, beside] of columns) {
          const right = beside === 0 ? left : left + 1;
          for (let c = 0; c < channels; c += 1) {
            const at = (row: number, column: number): number => x[(row + column) * channels + c]!;
            y[to++] =
              (at(upper, left) * (1 - beside) + at(upper, right) * beside) * (1 - below) +
              (at(lower, left) * (1 - beside) + at(lower, right) * beside) * below;
          }
        }
      }
  };
}

/** The pixel before a place, and how far after it the place is. */
const split = (place: number): readonly [number, number] => [Math.floor(place), place - Math.floor(place)];
