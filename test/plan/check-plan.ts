/**
 * An independent check of a plan: runs its calls on labelled bytes instead of numbers and sees whether every
 * operator reads exactly what the model's semantics say, whatever the planner thought about lifetimes.
 *
 * Every tensor byte is a label `tensor:byte`; memory is an array of labels. A call that reads a place must
 * find there the labels of the operand's bytes.
 */
import { expect } from 'vitest';
import { lowerModel } from '../../src/kernels/lower.js';
import { tensorBytes } from '../../src/model/elements.js';
import type { Model } from '../../src/model/types.js';
import type { BufferRef, ModelPlan } from '../../src/plan/types.js';

type Label = string;

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
  const region = (ref: BufferRef) => (ref.region === 'arena' ? arena : memory);
  const load = (ref: BufferRef, bytes: number) => region(ref).slice(ref.offset, ref.offset + bytes);
  const store = (ref: BufferRef, labels: readonly (Label | undefined)[], where: string) => {
    expect(ref.offset + labels.length, `${where} stays inside ${ref.region}`).toBeLessThanOrEqual(
      region(ref).length,
    );
    labels.forEach((label, i) => {
      region(ref)[ref.offset + i] = label;
    });
  };
  const initial = model.variables.map((variable, v) =>
    Array.from(variable.initial, (_, byte) => `initial ${v}:${byte}`),
  );
  plan.state.offsets.forEach((offset, v) => {
    if (offset !== undefined) store({ region: 'state', offset }, initial[v]!, 'reset');
  });
  const state = initial.map((labels) => [...labels]);
  const calls = lowerModel(model);

  for (let run = 0; run < 3; run++) {
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
          const [x, y] = [planned.inputs[0]!, planned.outputs[0]!];
          const apart = x.region !== y.region || Math.abs(x.offset - y.offset) >= bytes;
          expect(apart, `${where}: a copy does not overlap itself`).toBe(true);
          if (x.region !== 'constant') store(y, load(x, bytes), where);
          continue;
        }
        planned.inputs.forEach((ref, i) => {
          const labels = operands[i];
          if (ref.region !== 'constant' && labels !== undefined)
            expect(load(ref, labels.length), `${where}, input ${i}`).toEqual(labels);
        });
        planned.outputs.forEach((ref, i) => {
          for (const [j, other] of planned.inputs.entries()) {
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
  }
}
