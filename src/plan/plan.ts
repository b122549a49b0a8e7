/**
 * From a model to everything the compiled runtime needs to know: which kernels run in which order, with
 * which parameters, on which addresses.
 *
 * Owns: the pipeline. Leaves to others: which kernel computes an operator (`kernels/`), who shares memory
 * (`places.ts`), offsets (`arena.ts`, `state.ts`), C++ (`emit/aot.ts`).
 */
import { inputError } from '../diagnostics/errors.js';
import type { KernelCall, Place as Operand } from '../kernels/call.js';
import { lowerModel } from '../kernels/lower.js';
import { elementCount, shapeText, tensorBytes } from '../model/elements.js';
import type { Model, Operator } from '../model/types.js';
import { arrange } from './arena.js';
import { checkFlow } from './check.js';
import { ConstantPool, parameterArrays, tensorValues } from './constants.js';
import { findPlaces, type PlaceOptions } from './places.js';
import { layOutState, planResets } from './state.js';
import type { ArenaPlan, BufferRef, ModelPlan, PlannedCall, TensorPlace } from './types.js';
import { contiguousOffset, partOffsets } from './views.js';

export interface PlanOptions {
  /** Replaces a call by one to a faster kernel with the same result; the identity if absent. */
  readonly choose?: (call: KernelCall) => KernelCall;
}

/**
 * Plans a quantized model for the compiled runtime. The result depends on the arguments alone.
 *
 * @throws KwsError (exit code 2) with every operator that the kernels cannot compute
 */
export function planModel(model: Model, options: PlanOptions = {}): ModelPlan {
  checkFlow(model);
  const calls = lowerModel(model).map((call) => options.choose?.(call) ?? call);
  const { places, arena } = placeAndArrange(model, calls);
  const state = layOutState(model);
  const constants = new ConstantPool();

  const tensorRef = (id: number): BufferRef => {
    const place = places.of[id]!;
    if (place.kind === 'arena')
      return { region: 'arena', offset: arena.blocks[place.block]!.offset + place.offset };
    if (place.kind === 'state')
      return { region: 'state', offset: state.offsets[place.variable]! + place.offset };
    const values = tensorValues(model.tensors[place.tensor]!)!;
    return {
      region: 'constant',
      constant: constants.add(`tensor ${place.tensor}`, values),
      offset: place.offset,
    };
  };
  const refOf = ({ kind, id }: Operand): BufferRef =>
    kind === 'tensor' ? tensorRef(id) : { region: 'state', offset: state.offsets[id]! };

  const steps = model.operators.map((op, at) => {
    const call = calls[at]!;
    const planned = withoutNeedlessCopies({
      ...call,
      inputs: call.inputs.map(refOf),
      outputs: call.outputs.map(refOf),
    } as PlannedCall);
    for (const { params } of planned)
      for (const [name, values] of parameterArrays(params))
        constants.add(`operator ${op.index} ${name}`, values);
    return { operator: { index: op.index, kind: op.kind }, shapes: shapesOf(model, op), calls: planned };
  });

  return {
    name: model.name,
    sha256: model.source.sha256,
    steps,
    arena,
    state: { ...state, resets: planResets(model, state.offsets, constants) },
    input: tensorPlace(model, model.inputs[0]!, tensorRef),
    output: tensorPlace(model, model.outputs[0]!, tensorRef),
    constants: constants.arrays,
    cost: { constantBytes: constants.bytes, ramBytes: arena.bytes + state.bytes },
  };
}

/**
 * Places and offsets. Two liberties save memory in some models and cost it in others: computing the parts of
 * a concatenation in place (saves copies, keeps the whole alive for longer) and replacing a larger input.
 * The first is undone wherever it costs memory, the second is done only where it saves some.
 */
function placeAndArrange(model: Model, calls: readonly KernelCall[]) {
  const attempt = (options: PlaceOptions) => {
    const places = findPlaces(model, calls, options);
    return { places, arena: arrange(places.blocks), options };
  };
  const concatenations = calls.flatMap((call, at) => (call.kernel === 'concat' ? [at] : []));
  let best = attempt({ embed: new Set(concatenations), replaceLarger: false });
  const keepIfSmaller = (other: { readonly arena: ArenaPlan } & typeof best) => {
    if (other.arena.bytes < best.arena.bytes) best = other;
  };
  keepIfSmaller(attempt({ ...best.options, replaceLarger: true }));
  for (const at of concatenations) {
    const embed = new Set([...best.options.embed].filter((other) => other !== at));
    keepIfSmaller(attempt({ ...best.options, embed }));
  }
  return best;
}

const sameRef = (a: BufferRef, b: BufferRef, offset = 0) =>
  a.region !== 'constant' && a.region === b.region && a.offset + offset === b.offset;
const shifted = (ref: BufferRef, offset: number): BufferRef => ({ ...ref, offset: ref.offset + offset });

function copy(bytes: number, from: BufferRef, to: BufferRef): PlannedCall[] {
  if (bytes === 0 || sameRef(from, to)) return [];
  return [{ kernel: 'copy', params: { bytes }, inputs: [from], outputs: [to] }];
}

/** Moves of contiguous bytes become plain copies, and nothing where they are in place already. */
function withoutNeedlessCopies(call: PlannedCall): PlannedCall[] {
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  switch (call.kernel) {
    case 'copy':
      return copy(call.params.bytes, x, y);
    case 'strided_slice_8': {
      const offset = contiguousOffset(call.params);
      return offset === undefined ? [call] : copy(elementCount(call.params.outDims), shifted(x, offset), y);
    }
    case 'concat': {
      if (call.params.outer !== 1) return [call];
      const { bytes } = call.params;
      return partOffsets(bytes).flatMap((at, part) => copy(bytes[part]!, call.inputs[part]!, shifted(y, at)));
    }
    case 'split': {
      if (call.params.outer !== 1) return [call];
      const { bytes } = call.params;
      return partOffsets(bytes).flatMap((at, part) =>
        copy(bytes[part]!, shifted(x, at), call.outputs[part]!),
      );
    }
    default:
      return [call];
  }
}

function shapesOf(model: Model, op: Operator): string {
  const text = (ids: readonly number[]) =>
    ids
      .filter((id) => id >= 0 && model.tensors[id]!.data === undefined)
      .map((id) => shapeText(model.tensors[id]!.shape))
      .join(', ');
  return [text(op.inputs), text(op.outputs)].filter((side) => side !== '').join(' -> ');
}

function tensorPlace(model: Model, tensor: number, refOf: (id: number) => BufferRef): TensorPlace {
  const { type, shape, quantization } = model.tensors[tensor]!;
  if (type !== 'int8' && type !== 'uint8' && type !== 'float32')
    throw inputError({
      where: model.name,
      what: `the model's input or output is ${type}`,
      why: 'the firmware feeds and reads int8, uint8 or float32',
      next: 'export the model with int8 input and int8 or uint8 output',
    });
  const real = type === 'float32';
  return {
    tensor,
    ref: refOf(tensor),
    type,
    shape,
    count: tensorBytes({ type, shape }) / (real ? 4 : 1),
    scale: real ? 1 : (quantization?.scales[0] ?? 1),
    zeroPoint: real ? 0 : (quantization?.zeroPoints[0] ?? 0),
  };
}
