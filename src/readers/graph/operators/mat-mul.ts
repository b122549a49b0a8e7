/** Products of a tensor and a constant matrix → FULLY_CONNECTED. */
import { shapeText } from '../../../model/elements.js';
import { transposed } from '../../support/transposed.js';
import { UnreadableError } from '../../support/unreadable.js';
import { CONVERT_AGAIN, flagAttribute } from '../graph-def.js';
import type { Activation, Constant } from '../operand.js';
import { known, tensor } from '../operand.js';
import type { LowerNode, NodeSite } from '../site.js';
import { expectShape } from '../site.js';
import { fusedActivation } from './activation.js';
import type { Fusion } from './fusion.js';
import { fusionOf, NOTHING_FUSED } from './fusion.js';

/** Two-dimensional product with a constant; the constant is [in, units], or [units, in] where transposed. */
function multiplied(site: NodeSite, x: Activation, kernel: Constant, turned: boolean, fusion: Fusion) {
  const [rows = 0, columns = 0] = kernel.shape;
  const [depth, units] = turned ? [columns, rows] : [rows, columns];
  if (kernel.shape.length !== 2 || depth !== x.shape.at(-1) || x.shape.length < 2)
    throw new UnreadableError(
      `multiplies ${shapeText(x.shape)} with ${shapeText(kernel.shape)}, which do not fit`,
      CONVERT_AGAIN,
    );
  if (fusion.norm !== undefined) throw new UnreadableError('fuses a batch norm', CONVERT_AGAIN);
  if (fusion.bias !== undefined) expectShape(fusion.bias, [units]);
  const { activation, after } = fusedActivation(fusion);
  const operands = [
    x.id,
    site.floats('kernel', kernel, [units, depth], (all) => (turned ? all : transposed(all, depth, units))),
    fusion.bias === undefined ? -1 : site.floats('bias', fusion.bias),
  ];
  const options = { activation, keepNumDims: x.shape.length > 2 };
  return after(site, site.emit('FULLY_CONNECTED', operands, [...x.shape.slice(0, -1), units], options));
}

const lowerMatMul =
  (turnedKeys: readonly [string, string], fused: boolean): LowerNode =>
  (site, inputs) => {
    const flag = (key: string) => flagAttribute(site.node, key, false);
    if (flag(turnedKeys[0]))
      throw new UnreadableError('transposes its input', 'leave the transposition out, and train again');
    const fusion = fused ? fusionOf(site, inputs) : NOTHING_FUSED;
    return multiplied(site, tensor(inputs, 0), known(inputs, 1, 'kernel'), flag(turnedKeys[1]), fusion);
  };

export const PRODUCTS: Readonly<Record<string, LowerNode>> = {
  MatMul: lowerMatMul(['transpose_a', 'transpose_b'], false),
  _FusedMatMul: lowerMatMul(['transpose_a', 'transpose_b'], true),
  BatchMatMul: lowerMatMul(['adj_x', 'adj_y'], false),
  BatchMatMulV2: lowerMatMul(['adj_x', 'adj_y'], false),
};
