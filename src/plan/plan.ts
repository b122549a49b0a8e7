/**
 * From a model to everything the compiled runtime needs to know: which kernels run in which order, with
 * which parameters, on which addresses.
 *
 * Owns: the pipeline. Leaves to others: which kernel computes an operator (`lowering/`), who shares memory
 * (`places.ts`), offsets (`arena.ts`, `state.ts`), operands on them (`addresses.ts`), C++ (`emit/aot.ts`).
 */
import type { Target } from '../boards/cores.js';
import { inputError } from '../diagnostics/errors.js';
import type { KernelCall } from '../lowering/call.js';
import { chooseKernel } from '../lowering/choose.js';
import { lowerModel } from '../lowering/lower.js';
import { shapeText, tensorBytes } from '../model/elements.js';
import type { Model, Operator } from '../model/types.js';
import { Addresses } from './addresses.js';
import { arrange } from './arena.js';
import { checkFlow } from './check.js';
import { ConstantPool, parameterArrays } from './constants.js';
import { type HopCall, hopCalls } from './hop-calls.js';
import { mergeGroups } from './merge.js';
import { findPlaces, type PlaceOptions } from './places.js';
import {
  analyseSliding,
  operandBytes,
  type RowRange,
  type Sliding,
  type SlidingCall,
  type SlidingWindow,
} from './sliding.js';
import { layOutState, planResets } from './state.js';
import type {
  ArenaPlan,
  BufferRef,
  ModelPlan,
  PlannedCall,
  PlanStep,
  ResultPlace,
  SlidingPlan,
  TensorPlace,
} from './types.js';

/**
 * Plans a quantized model for the compiled runtime on a target (`board.target`). The result depends on the
 * arguments alone.
 *
 * @param window how the model's window slides, for a plan that keeps at a hop what was computed before; it has no
 *   `sliding` where nothing can be kept
 * @throws KwsError (exit code 2) with every operator that the kernels cannot compute
 */
export function planModel(model: Model, target: Target, window?: SlidingWindow): ModelPlan {
  checkFlow(model);
  const calls = mergeGroups(lowerModel(model), model.outputs);
  const choose = (call: KernelCall) => chooseKernel(call, target);
  const whole = calls.map(choose);
  const sliding = window && slidingOf(model, calls, window);
  const hops = calls.map((_, at) => {
    const own = sliding?.calls[at];
    return own && { own, ranges: hopCalls(whole[at]!, own, choose) };
  });
  const memory = placeAndArrange(model, calls, withHops(whole, hops), sliding);
  const { arena } = memory;
  const state = layOutState(model, memory.places.rings);
  const constants = new ConstantPool();
  const addresses = new Addresses(model, memory, state, constants);
  const tensorRef = (id: number): BufferRef => addresses.tensor(id);
  const results = (call: KernelCall, hopOf: (id: number) => SlidingCall | undefined = () => undefined) =>
    call.outputs.flatMap(({ kind, id }, output): ResultPlace[] => {
      const place = kind === 'tensor' ? memory.places.of[id] : undefined;
      if (place === undefined || place.kind === 'constant') return [];
      const bytes = tensorBytes(model.tensors[id]!);
      return rowsOf(hopOf(id), output, bytes).map(({ first, end }) => {
        const ref = tensorRef(id);
        return { output, ref: { ...ref, offset: ref.offset + first }, offset: first, bytes: end - first };
      });
    });

  const steps = model.operators.map((op, at): PlanStep => {
    const planned = addresses.whole(calls[at]!, at, choose);
    addParameters(constants, op, planned);
    return {
      operator: { index: op.index, kind: op.kind },
      shapes: shapesOf(model, op),
      calls: planned,
      results: results(calls[at]!),
    };
  });
  const hopSteps = steps.map((step, at): PlanStep => {
    const hop = hops[at];
    if (hop === undefined) return step;
    const planned = hop.ranges.flatMap((one) => addresses.overRange(calls[at]!, at, one, hop.own));
    addParameters(constants, model.operators[at]!, planned);
    const rows = results(calls[at]!, (id) => (sliding?.tensors.get(id)?.kept ? undefined : hop.own));
    return { ...step, calls: planned, results: rows };
  });

  return {
    name: model.name,
    sha256: model.source.sha256,
    steps,
    arena,
    state: { ...state, resets: planResets(model, state.offsets, constants) },
    input: tensorPlace(model, model.inputs[0]!, tensorRef),
    output: tensorPlace(model, model.outputs[0]!, tensorRef),
    ...(sliding && { sliding: slidingPlan(sliding, hopSteps) }),
    constants: constants.arrays,
    cost: { constantBytes: constants.bytes, ramBytes: arena.bytes + state.bytes },
  };
}

/** Bytes of an output that are computed: all of them, or the rows of a hop. */
function rowsOf(hop: SlidingCall | undefined, output: number, bytes: number): readonly RowRange[] {
  if (hop === undefined) return [{ first: 0, end: bytes }];
  return hop.ranges.map((range) => operandBytes(hop, range).outputs[output]!);
}

interface Hop {
  readonly own: SlidingCall;
  readonly ranges: readonly HopCall[];
}

/**
 * The chosen calls, with memory for those of a hop, too. Where a hop takes another kernel than the whole, what may
 * overlap is not the same for both; nor where pixels are read in groups, which begin elsewhere at a hop, and the
 * output grows over the input.
 */
function withHops(whole: readonly KernelCall[], hops: readonly (Hop | undefined)[]) {
  const apart = new Set<number>();
  const chosen = whole.map((call, at): KernelCall => {
    const parts = hops[at]?.ranges.map((range) => range.chosen) ?? [];
    const grows = 'pixels' in call.params && call.params.outC > call.params.inC;
    if (parts.some(({ kernel }) => grows || kernel !== call.kernel)) apart.add(at);
    const scratch = [call, ...parts].flatMap((one) => one.scratch ?? []);
    return scratch.length === 0 ? call : { ...call, scratch: Math.max(...scratch) };
  });
  return { chosen, apart };
}

function slidingOf(model: Model, calls: readonly KernelCall[], window: SlidingWindow): Sliding | undefined {
  const found = analyseSliding(model, calls, window);
  return found.calls.some((call) => call !== undefined) ? found : undefined;
}

/** Strides that keep a window from being kept, or more of it. */
export function windowLimits(model: Model, window: SlidingWindow): readonly string[] {
  return analyseSliding(model, mergeGroups(lowerModel(model), model.outputs), window).limits;
}

function slidingPlan(
  { frames, hop, reachesBack, macs, limits }: Sliding,
  steps: readonly PlanStep[],
): SlidingPlan {
  return { frames, hop, reachesBack, steps, macs, limits };
}

function addParameters(constants: ConstantPool, { index }: Operator, calls: readonly PlannedCall[]): void {
  for (const { params } of calls)
    for (const [name, values] of parameterArrays(params)) constants.add(`operator ${index} ${name}`, values);
}

/**
 * Places and offsets. Two liberties save memory in some models and cost it in others: computing the parts of
 * a concatenation in place (saves copies, keeps the whole alive for longer) and replacing a larger input.
 * The first is undone wherever it costs memory, the second is done only where it saves some.
 */
function placeAndArrange(
  model: Model,
  calls: readonly KernelCall[],
  { chosen, apart }: Pick<PlaceOptions, 'apart'> & { readonly chosen: readonly KernelCall[] },
  sliding: Sliding | undefined,
) {
  const attempt = (options: PlaceOptions) => {
    const places = findPlaces(model, calls, chosen, options);
    return { places, arena: arrange(places.blocks), options };
  };
  const concatenations = calls.flatMap((call, at) => (call.kernel === 'concat' ? [at] : []));
  let best = attempt({
    embed: new Set(concatenations),
    replaceLarger: false,
    sliding,
    ...(apart && { apart }),
  });
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
