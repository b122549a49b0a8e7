/** Operators that only move data: RESHAPE and its like, CONCATENATION, SPLIT_V, STRIDED_SLICE, PAD and variables. */
import { type Four, fourDims, resolveSlice } from '../model/arithmetic.js';
import { ELEMENT_BYTES, elementCount, tensorBytes } from '../model/elements.js';
import type { OperatorOf, Tensor } from '../model/types.js';
import type { CallOf } from './call.js';
import type { Operands } from './operands.js';

export function lowerReshape(operands: Operands): CallOf<'copy'> {
  const [x, y] = [operands.input(0), operands.output()];
  operands.expect(
    x.type === y.type && elementCount(x.shape) === elementCount(y.shape),
    `[${x.shape.join(',')}] (${x.type}) cannot become [${y.shape.join(',')}] (${y.type})`,
  );
  return operands.call('copy', { bytes: tensorBytes(x) });
}

/** Rows of the parts along `axis` of the whole; checks that they make it up. */
function rowsOf(operands: Operands, whole: Tensor, parts: readonly Tensor[], axis: number) {
  const rank = whole.shape.length;
  const along = axis < 0 ? axis + rank : axis;
  operands.expect(along >= 0 && along < rank, `axis ${axis} of ${rank} dimensions`);
  for (const part of parts) {
    operands.expect(part.type === whole.type, `'${part.name}' is ${part.type}, not ${whole.type}`);
    operands.expectShape(part, whole.shape.with(along, part.shape[along] ?? 0));
  }
  const total = parts.reduce((sum, part) => sum + part.shape[along]!, 0);
  operands.expect(total === whole.shape[along], `parts of ${total} make up ${whole.shape[along]}`);
  const inner = elementCount(whole.shape.slice(along + 1)) * ELEMENT_BYTES[whole.type];
  return {
    outer: elementCount(whole.shape.slice(0, along)),
    bytes: parts.map((part) => part.shape[along]! * inner),
  };
}

export function lowerConcatenation(
  operands: Operands,
  { inputs, options }: OperatorOf<'CONCATENATION'>,
): CallOf<'concat'> {
  const y = operands.output();
  const parts = inputs.map((_, position) => operands.input(position));
  operands.expect(options.activation === 'NONE', 'a fused activation is not supported');
  if (y.type === 'int8') {
    const { scale, zeroPoint } = operands.affine(y);
    for (const part of parts) {
      const own = operands.affine(part);
      operands.expect(
        own.scale === scale && own.zeroPoint === zeroPoint,
        `'${part.name}' is quantized differently from the output`,
      );
    }
  }
  const positions = inputs.map((_, position) => position);
  return operands.call('concat', rowsOf(operands, y, parts, options.axis), positions);
}

export function lowerSplitV(operands: Operands, { outputs }: OperatorOf<'SPLIT_V'>): CallOf<'split'> {
  const axis = operands.int32Constant(operands.input(2))[0] ?? 0;
  const parts = outputs.map((_, position) => operands.output(position));
  return operands.call('split', rowsOf(operands, operands.input(0), parts, axis));
}

export function expectByteElements(operands: Operands, x: Tensor, y: Tensor): void {
  operands.expect(
    x.type === y.type && ELEMENT_BYTES[x.type] === 1,
    `${x.type} to ${y.type} is not supported, only 8-bit types`,
  );
}

export function lowerStridedSlice(
  operands: Operands,
  { options }: OperatorOf<'STRIDED_SLICE'>,
): CallOf<'strided_slice_8'> {
  const [x, y] = [operands.input(0), operands.output()];
  expectByteElements(operands, x, y);
  operands.expect(
    options.ellipsisMask === 0 && options.newAxisMask === 0,
    'ellipsis and new-axis masks are not supported',
  );
  const [begin, end, strides] = [1, 2, 3].map((position) => [
    ...operands.int32Constant(operands.input(position)),
  ]) as [number[], number[], number[]];
  const slice = resolveSlice(x.shape, { begin, end, strides, ...options });
  operands.expectShape(y, slice.outputShape);
  return operands.call('strided_slice_8', {
    inDims: fourDims(x.shape),
    begin: fourDims(slice.begin, 0),
    stride: fourDims(slice.stride),
    outDims: fourDims(slice.count),
  });
}

export function lowerPad(operands: Operands): CallOf<'pad_8'> {
  const [x, y] = [operands.input(0), operands.output()];
  expectByteElements(operands, x, y);
  const paddings = operands.int32Constant(operands.input(1));
  operands.expect(
    paddings.length === 2 * x.shape.length && paddings.every((n) => n >= 0 && n < 2 ** 24),
    `paddings [${paddings.join(',')}] do not fit ${x.shape.length} dimensions`,
  );
  const before = x.shape.map((_, axis) => paddings[2 * axis]!);
  const after = x.shape.map((_, axis) => paddings[2 * axis + 1]!);
  operands.expectShape(
    y,
    x.shape.map((size, axis) => size + before[axis]! + after[axis]!),
  );
  const { zeroPoint } = operands.affine(y, y.type === 'uint8' ? 'uint8' : 'int8');
  return operands.call('pad_8', {
    inDims: fourDims(x.shape) as Four,
    before: fourDims(before, 0),
    after: fourDims(after, 0),
    value: zeroPoint & 255,
  });
}

function variableBytes(operands: Operands, tensor: Tensor, id: number): number {
  const variable = operands.model.variables[id];
  if (variable === undefined) return operands.fail(`there is no variable ${id}`);
  const bytes = tensorBytes(variable);
  operands.expect(
    variable.type === tensor.type && bytes === tensorBytes(tensor) && variable.initial.length === bytes,
    `'${tensor.name}' and the variable '${variable.name}' differ in type or size`,
  );
  return bytes;
}

export function lowerReadVariable(operands: Operands, operator: OperatorOf<'READ_VARIABLE'>): CallOf<'copy'> {
  const id = operator.options.variable;
  const bytes = variableBytes(operands, operands.output(), id);
  return { ...operands.call('copy', { bytes }, []), inputs: [{ kind: 'variable', id }] };
}

export function lowerAssignVariable(
  operands: Operands,
  operator: OperatorOf<'ASSIGN_VARIABLE'>,
): CallOf<'copy'> {
  const id = operator.options.variable;
  const bytes = variableBytes(operands, operands.input(0), id);
  return { ...operands.call('copy', { bytes }), outputs: [{ kind: 'variable', id }] };
}
