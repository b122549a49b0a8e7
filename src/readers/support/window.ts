/** Windows that slide over height and width, and the zeros around what they slide over. */
import { slidingWindow } from '../../model/arithmetic.js';
import type { Padding } from '../../model/types.js';
import type { OperatorSite, Value } from './operator-site.js';

export interface Window {
  readonly height: number;
  readonly width: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly padding: Padding;
}

/** Height and width after the window. */
export function outputSize(x: Value, window: Window): readonly [number, number] {
  const { padding, height, width, strideH, strideW, dilationH, dilationW } = window;
  return [
    slidingWindow(padding, x.shape[1]!, height, strideH, dilationH).output,
    slidingWindow(padding, x.shape[2]!, width, strideW, dilationW).output,
  ];
}

/** Zeros around the spatial dimensions of a value of any rank; nothing where there are none to add. */
export function pad(site: OperatorSite, x: Value, sides: readonly (readonly [number, number])[]): Value {
  const all = [[0, 0], ...sides, [0, 0]] as const;
  if (all.every(([before, after]) => before === 0 && after === 0)) return x;
  const paddings = site.constant('paddings', 'int32', [all.length, 2], () => all.flat());
  const shape = x.shape.map((dim, axis) => dim + all[axis]![0] + all[axis]![1]);
  return site.emit('PAD', [x.id, paddings], shape, {});
}
