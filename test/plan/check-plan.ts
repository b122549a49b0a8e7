/**
 * An independent check of a plan: runs its calls on labelled bytes instead of numbers and sees whether every
 * operator reads exactly what the model's semantics say, whatever the planner thought about lifetimes.
 *
 * Every tensor byte is a label `tensor:byte`; memory is an array of labels. A call that reads a place must
 * find there the labels of the operand's bytes.
 */
import { expect } from 'vitest';
import type { Conv2d, DepthwiseConv2d, Pool2d } from '../../src/lowering/call.js';
import { lowerModel } from '../../src/lowering/lower.js';
import { tensorBytes } from '../../src/model/elements.js';
import type { Model } from '../../src/model/types.js';
import { mergeGroups } from '../../src/plan/merge.js';
import type { BufferRef, ModelPlan, PlannedCall } from '../../src/plan/types.js';

type Label = string;

/** Kernels whose rows are written in order, by kws_kernels.h. */
const BY_ROWS: ReadonlySet<string> = new Set([
  'conv_2d_s8',
  'conv_2d_s8_dsp',
  'conv_2d_s8_scalar',
  'conv_2d_s8_helium',
  'depthwise_conv_2d_s8_helium',
  'depthwise_conv_2d_s8',
  'depthwise_conv_2d_s8_dsp',
  'depthwise_conv_2d_s8_scalar',
  'depthwise_conv_3x3_s8_dsp',
  'average_pool_2d_s8',
  'max_pool_2d_s8',
]);

type Pointwise = Extract<PlannedCall, { readonly kernel: `conv_1x1_s8_${string}` }>;

const isPointwise = (call: PlannedCall): call is Pointwise => call.kernel.startsWith('conv_1x1_s8_');

/** The parameters of a kernel that works by rows, and how many rows it writes at a time. */
function rowParams(call: PlannedCall): readonly [Conv2d, number] {
  if (call.kernel === 'depthwise_conv_2d_s8_scalar')
    return [call.params as unknown as Conv2d, 1 + Math.ceil(2 / call.params.outW)];
  if (call.kernel !== 'depthwise_conv_3x3_s8_dsp') return [call.params as Conv2d, 1];
  const taps = { kernelH: 3, dilationH: 1, strideH: 1 };
  return [{ ...call.params, ...taps } as unknown as Conv2d, 2];
}

/** As `toEqual`, quickly where it holds. */
function expectLabels(actual: readonly (Label | undefined)[], labels: readonly Label[], where: string): void {
  if (actual.length === labels.length && actual.every((label, i) => label === labels[i])) return;
  expect(actual, where).toEqual(labels);
}

/** Labels of the bytes of every tensor: what the model, run without shared memory, would hold. */
function idealValues(model: Model, state: Label[][], run: number) {
  const values = new Map<number, Label[]>();
  const fresh = (id: number) =>
    Array.from({ length: tensorBytes(model.tensors[id]!) }, (_, byte) => `${run}/${id}:${byte}`);
  for (const id of model.inputs) values.set(id, fresh(id));
  return { values, fresh, state };
}

/** Runs the plan symbolically twice (state carries over) and asserts that every read finds its value. */
export function expectSound(model: Model, plan: ModelPlan): void {
  const arena: (Label | undefined)[] = new Array(plan.arena.bytes).fill(undefined);
  const memory: (Label | undefined)[] = new Array(plan.state.bytes).fill(undefined);
  const windows = plan.state.rings.map(({ offset }) => offset);
  const region = (ref: BufferRef) => (ref.region === 'arena' ? arena : memory);
  const fixedRef = (ref: BufferRef): BufferRef =>
    ref.region === 'ring' ? { region: 'state', offset: windows[ref.ring]! + ref.offset } : ref;
  const load = (at: BufferRef, bytes: number) => {
    const ref = fixedRef(at);
    return region(ref).slice(ref.offset, ref.offset + bytes);
  };
  const store = (at: BufferRef, labels: readonly (Label | undefined)[], where: string) => {
    const ref = fixedRef(at);
    expect(ref.offset + labels.length, `${where} stays inside ${ref.region}`).toBeLessThanOrEqual(
      region(ref).length,
    );
    labels.forEach((label, i) => {
      region(ref)[ref.offset + i] = label;
    });
  };
  /** Whether an output overlaps the input in part: only kernels that work by rows may have that. */
  const worksByRows = (
    { kernel, inputs, outputs, repeat }: PlannedCall,
    operands: readonly (Label[] | undefined)[],
    results: readonly Label[][],
  ): boolean => {
    const [x, y] = [inputs[0]!, outputs[0]!];
    if (!BY_ROWS.has(kernel) || x.region !== y.region || x.offset === y.offset) return false;
    if (repeat !== undefined) return true;
    return x.offset < y.offset + results[0]!.length && y.offset < x.offset + operands[0]!.length;
  };
  /**
   * What kernels that work by rows guarantee, and no more: row after row, with reads of a row's window before,
   * between and after the writes of the row.
   */
  const runByRows = (call: PlannedCall, operand: Label[], result: Label[], where: string): void => {
    const { kernel, params, repeat = { count: 1, inputStep: 0, outputStep: 0 } } = call;
    const [p, atOnce] = rowParams(call);
    const inC = p.inC ?? (params as Pool2d).channels;
    const channels = kernel.startsWith('conv_2d_s8')
      ? p.outC
      : inC * ((params as DepthwiseConv2d).multiplier ?? 1);
    expect(p.batches, `${where}: one image`).toBe(1);
    const taps = p.kernelH ?? (params as Pool2d).filterH;
    const [inRow, outRow] = [p.inW * inC, p.outW * channels];
    for (let i = repeat.count - 1; i >= 0; i--) {
      const [from, to] = [i * repeat.inputStep, i * repeat.outputStep];
      const x = { ...call.inputs[0]!, offset: call.inputs[0]!.offset + from };
      const y = { ...call.outputs[0]!, offset: call.outputs[0]!.offset + to };
      for (let row = 0; row < p.outH; row += atOnce) {
        const end = Math.min(p.outH, row + atOnce);
        const rows = Array.from({ length: end - row }, (_, below) =>
          Array.from(
            { length: taps },
            (_, k) => (row + below) * p.strideH - p.padTop + k * (p.dilationH ?? 1),
          ),
        ).flat();
        const reads = (when: string) => {
          for (const at of rows.filter((line) => line >= 0 && line < p.inH))
            expectLabels(
              load({ ...x, offset: x.offset + at * inRow }, inRow),
              operand.slice(from + at * inRow, from + (at + 1) * inRow),
              `${where}, piece ${i}, row ${row}, ${when} it is written`,
            );
        };
        reads('before');
        const written = result.slice(to + row * outRow, to + end * outRow);
        store({ ...y, offset: y.offset + row * outRow }, written, where);
        reads('after');
      }
    }
  };
  /** Three pixels (with Helium two) are read, then written, and so on; the last group first where it says so. */
  const runByPixels = (call: Pointwise, operand: Label[], result: Label[]) => {
    const { pixels, descending, inC, outC } = call.params;
    const size = call.kernel === 'conv_1x1_s8_helium' ? 2 : 3;
    const groups = Array.from({ length: Math.ceil(pixels / size) }, (_, group) => size * group);
    for (const first of descending === 1 ? groups.reverse() : groups) {
      const end = Math.min(pixels, first + size);
      const x = { ...call.inputs[0]!, offset: call.inputs[0]!.offset + first * inC };
      const read = operand.slice(first * inC, end * inC);
      expectLabels(load(x, read.length), read, `pixels ${first} to ${end} before they are written`);
      const y = { ...call.outputs[0]!, offset: call.outputs[0]!.offset + first * outC };
      store(y, result.slice(first * outC, end * outC), `pixels ${first} to ${end}`);
    }
  };
  const initial = model.variables.map((variable, v) =>
    Array.from(variable.initial, (_, byte) => `initial ${v}:${byte}`),
  );
  plan.state.offsets.forEach((offset, v) => {
    if (offset !== undefined) store({ region: 'state', offset }, initial[v]!, 'reset');
  });
  const state = initial.map((labels) => [...labels]);
  const calls = mergeGroups(lowerModel(model), model.outputs);

  for (let run = 0; run < 12; run++) {
    const { values, fresh } = idealValues(model, state, run);
    const input = values.get(model.inputs[0]!)!;
    store(plan.input.ref, input, 'input');
    calls.forEach((call, at) => {
      const step = plan.steps[at]!;
      const where = `run ${run}, operator ${at} (${model.operators[at]!.kind})`;
      // What the model means.
      const operands = call.inputs.map(({ kind, id }) => {
        if (kind === 'variable') return [...state[id]!];
        if (model.tensors[id]!.data !== undefined) return undefined;
        return values.get(id)!;
      });
      let results: Label[][];
      switch (call.kernel) {
        case 'copy':
          results = [operands[0]!];
          break;
        case 'concat':
        case 'split': {
          const { outer, bytes } = call.params;
          const row = bytes.reduce((sum, size) => sum + size, 0);
          const whole: Label[] = call.kernel === 'split' ? operands[0]! : new Array(outer * row);
          const parts: Label[][] = bytes.map((_, part) => (call.kernel === 'split' ? [] : operands[part]!));
          let from = 0;
          bytes.forEach((size, part) => {
            for (let r = 0; r < outer; r++)
              for (let i = 0; i < size; i++) {
                const w = r * row + from + i;
                if (call.kernel === 'split') parts[part]![r * size + i] = whole[w]!;
                else whole[w] = parts[part]![r * size + i]!;
              }
            from += size;
          });
          results = call.kernel === 'split' ? parts : [whole];
          break;
        }
        case 'strided_slice_8': {
          const { inDims, begin, stride, outDims } = call.params;
          const x = operands[0]!;
          const y: Label[] = [];
          const walk = (d: number, at: number) => {
            if (d === 4) {
              y.push(x[at]!);
              return;
            }
            for (let i = 0; i < outDims[d]!; i++) walk(d + 1, at * inDims[d]! + begin[d]! + i * stride[d]!);
          };
          walk(0, 0);
          results = [y];
          break;
        }
        default:
          results = call.outputs.map(({ id }) => fresh(id));
      }
      // What the plan does.
      for (const planned of step.calls) {
        if (planned.kernel === 'copy') {
          const bytes = planned.params.bytes;
          const [x, y] = [fixedRef(planned.inputs[0]!), fixedRef(planned.outputs[0]!)];
          const apart = x.region !== y.region || Math.abs(x.offset - y.offset) >= bytes;
          expect(apart, `${where}: a copy does not overlap itself`).toBe(true);
          if (x.region !== 'constant') store(y, load(x, bytes), where);
          continue;
        }
        planned.inputs.forEach((ref, i) => {
          const labels = operands[i];
          if (ref.region !== 'constant' && labels !== undefined)
            expectLabels(load(ref, labels.length), labels, `${where}, input ${i}`);
        });
        if (isPointwise(planned)) {
          runByPixels(planned, operands[0]!, results[0]!);
          continue;
        }
        if (worksByRows(planned, operands, results)) {
          runByRows(planned, operands[0]!, results[0]!, where);
          continue;
        }
        planned.outputs.map(fixedRef).forEach((ref, i) => {
          for (const [j, other] of planned.inputs.map(fixedRef).entries()) {
            if (other.region !== ref.region || other.offset === ref.offset) continue;
            const [size, otherSize] = [results[i]!.length, operands[j]?.length ?? 0];
            const apart = ref.offset + size <= other.offset || other.offset + otherSize <= ref.offset;
            expect(apart, `${where}: output ${i} overlaps input ${j} in part`).toBe(true);
          }
          store(ref, results[i]!, where);
        });
      }
      call.outputs.forEach(({ kind, id }, i) => {
        if (kind === 'variable') state[id] = [...results[i]!];
        else values.set(id, results[i]!);
      });
    });
    const output = values.get(model.outputs[0]!)!;
    expect(load(plan.output.ref, output.length), `run ${run}: the output`).toEqual(output);
    // The windows of rings move on.
    plan.state.rings.forEach(({ offset, capacity, kept, shift }, ring) => {
      windows[ring]! += shift;
      if (windows[ring]! - offset + kept + shift <= capacity) return;
      memory.copyWithin(offset, windows[ring]!, windows[ring]! + kept);
      windows[ring] = offset;
    });
  }
}
