/**
 * The kernels of a project on a board, on inputs that reach every corner: what each operator makes of them is compared
 * with the reference engine's answer. Which kernels a silicon or a compiler gets wrong is seen without any audio.
 *
 * Owns: the inputs, and what belongs to which kernel. Leaves to others: pushing (`board.ts`), the answers
 * (`reference/`).
 */
import type { ResolvedBoard } from '../boards/types.js';
import { planWindows } from '../emit/incremental.js';
import { crc32 } from '../files/crc32.js';
import { elementCount, tensorBytes } from '../model/elements.js';
import type { Tensor } from '../model/types.js';
import type { ResolvedProject } from '../project/types.js';
import { createEngine, type TypedArray } from '../reference/engine.js';
import type { TracedBoard } from './board.js';
import { bytesOf } from './compare.js';

/** What was asked of a kernel, and how often it was right. */
export interface KernelTest {
  /** As it is called in lib/kws_kernels, or the operator of the interpreter. */
  readonly kernel: string;
  readonly operators: number;
  readonly answers: number;
  readonly right: number;
}

/** Per model. */
const INPUTS = 6;

/**
 * @returns per kernel; only those whose operators show their outputs
 * @throws KwsError (exit code 3) where the board goes away
 */
export async function selfTest(
  board: TracedBoard,
  project: ResolvedProject,
  on: ResolvedBoard,
): Promise<readonly KernelTest[]> {
  const kernels = kernelNames(project, on, board.hello.runtime === 'aot');
  const found = new Map<string, { readonly operators: Set<string>; answers: number; right: number }>();
  for (const [index, { model }] of project.models.entries()) {
    const expected = new Map<string, TypedArray>();
    const engine = createEngine(model, {
      trace: (operator, outputs) => {
        for (const [output, values] of outputs.entries()) expected.set(`${operator.index} ${output}`, values);
      },
    });
    for (let number = 0; number < INPUTS; number++) {
      const input = drawnInput(model.tensors[model.inputs[0]!]!, index, number);
      engine.invoke([input]);
      const first = index === 0 && number === 0;
      const records = await board.push(index, bytesOf(input), first ? 'trace digests' : undefined);
      // What comes after a wrong answer had wrong inputs and says nothing of its kernel.
      let sound = true;
      for (const { stage, id, output, offset, bytes, crc } of records) {
        const own = expected.get(`${id} ${output}`);
        if (stage !== 'operator' || own === undefined || !sound) continue;
        const kernel = kernels[index]!.get(id);
        if (kernel === undefined) continue;
        const test = found.get(kernel) ?? { operators: new Set<string>(), answers: 0, right: 0 };
        found.set(kernel, test);
        test.operators.add(`${index} ${id}`);
        test.answers++;
        sound = crc32(bytesOf(own).subarray(offset, offset + bytes)) === crc;
        if (sound) test.right++;
      }
    }
  }
  return [...found].map(([kernel, { operators, answers, right }]) => ({
    kernel,
    operators: operators.size,
    answers,
    right,
  }));
}

/** Per model: operator → the kernel that computes it; those that move nothing have none. */
export function kernelNames(
  project: ResolvedProject,
  board: ResolvedBoard,
  compiled: boolean,
): readonly ReadonlyMap<number, string>[] {
  if (!compiled)
    return project.models.map(
      ({ model }) => new Map(model.operators.map(({ index, kind }) => [index, `tflm ${kind}`])),
    );
  return planWindows(project, board).map(
    ({ plan }) =>
      new Map(
        plan.steps.flatMap(({ operator, calls }) =>
          calls.length === 0 ? [] : [[operator.index, calls.at(-1)!.kernel] as const],
        ),
      ),
  );
}

/**
 * Every value of the type may come, the ends of its range more often than others; then ever less of them around the
 * zero point, as what is loud everywhere saturates the layers behind.
 */
function drawnInput(tensor: Tensor, model: number, number: number): TypedArray {
  const zero = tensor.type === 'int8' ? (tensor.quantization?.zeroPoints[0] ?? 0) : 0;
  let state = ((1000 * model + number) * 2654435761 + 12345) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
  const count = elementCount(tensor.shape);
  const byte = () => {
    const value = next() & 0x3ff;
    const whole = value < 64 ? 127 : value < 128 ? -128 : (value & 0xff) - 128;
    return Math.max(-128, Math.min(127, zero + Math.trunc((whole - zero) / 3 ** number)));
  };
  if (tensor.type === 'uint8') return Uint8Array.from({ length: count }, () => byte() + 128);
  if (tensor.type === 'float32') return Float32Array.from({ length: count }, () => (byte() + 128) / 10);
  return Int8Array.from({ length: tensorBytes({ type: 'int8', shape: tensor.shape }) }, byte);
}
