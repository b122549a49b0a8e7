/**
 * Runs the float model and its int8 form side by side.
 *
 * Owns: noise and saturation per operator, pairs of outputs. Both models keep their own state, reset before
 * every clip, so noise adds up on its way as it does on the device.
 * Leaves to others: what follows from the numbers (`agreement.ts`, `warnings.ts`), how they are shown.
 */
import { quantizeValue } from '../../model/arithmetic.js';
import { fixedOutput } from '../../model/operators.js';
import type { Model, Operator, Tensor } from '../../model/types.js';
import { createEngine, type TypedArray } from '../../reference/engine.js';
import type { CalibrationSet } from '../sources/types.js';
import type { Steps } from '../steps.js';
import type { OperatorReport, OutputPair } from './types.js';

/** A float model and what was made of it. */
export interface Twins {
  /** As it was calibrated. */
  readonly float: Model;
  /** As it is in the file. */
  readonly int8: Model;
  /** Positions of operators of the one in the other. */
  readonly counterparts: ReadonlyMap<number, number>;
}

export interface Measured {
  readonly operators: readonly OperatorReport[];
  readonly outputs: readonly OutputPair[];
}

/**
 * Step by step: gives the number of inferences after each.
 *
 * @param operators whether operators are compared, too: twice the time
 */
export function* measuring(
  { float, int8, counterparts }: Twins,
  { clips }: Pick<CalibrationSet, 'clips'>,
  operators = true,
): Steps<number, Measured> {
  const seen = new Map<Operator, readonly TypedArray[]>();
  const meters = new Map<Operator, OperatorMeter>();
  if (operators)
    for (const [position, counterpart] of counterparts) {
      const [from, to] = [float.operators[position]!, int8.operators[counterpart]!];
      if (from.outputs.length > 0) meters.set(to, new OperatorMeter(float, from, position, int8, to));
    }
  const trace = (callback: (operator: Operator, outputs: readonly TypedArray[]) => void) =>
    operators ? { trace: callback } : {};
  const floatEngine = createEngine(
    float,
    trace((operator, outputs) => seen.set(operator, outputs)),
  );
  const int8Engine = createEngine(
    int8,
    trace((operator, outputs) => {
      const meter = meters.get(operator);
      meter?.add(seen.get(meter.float)!, outputs);
    }),
  );
  const [input, output] = [int8.tensors[int8.inputs[0]!]!, int8.tensors[int8.outputs[0]!]!];
  const outputs: OutputPair[] = [];
  for (const { name: clip, inputs } of clips) {
    floatEngine.reset();
    int8Engine.reset();
    for (const [inference, values] of inputs.entries()) {
      const [wanted] = floatEngine.invoke([values]);
      const [got] = int8Engine.invoke([asTensor(values, input)]);
      outputs.push({ clip, inference, float: realValues(wanted!), int8: realValues(got!, output) });
      yield outputs.length;
    }
  }
  return { operators: [...meters.values()].map((meter) => meter.report()), outputs };
}

/** Real numbers in the type and scale of a tensor: rounded half away from zero, clamped. */
export function asTensor(values: Float32Array, { type, quantization }: Tensor): TypedArray {
  if (type === 'float32') return values;
  const [scale, zeroPoint] = [quantization?.scales[0] ?? 1, quantization?.zeroPoints[0] ?? 0];
  const known = type === 'uint8' ? 'uint8' : 'int8';
  const array = known === 'uint8' ? new Uint8Array(values.length) : new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) array[i] = quantizeValue(values[i]!, scale, zeroPoint, known);
  return array;
}

function realValues(values: TypedArray, tensor?: Tensor): readonly number[] {
  const { scales, zeroPoints } = tensor?.quantization ?? { scales: [1], zeroPoints: [0] };
  return Array.from(values as Float32Array, (value) => (value - zeroPoints[0]!) * scales[0]!);
}

/** Sums over all inferences of what one operator puts out. */
class OperatorMeter {
  private signal = 0;
  private noise = 0;
  private outside = 0;
  private count = 0;
  private readonly codes = new Array<number>(256).fill(0);
  private readonly tensors: readonly Tensor[];

  constructor(
    private readonly model: Model,
    readonly float: Operator,
    private readonly position: number,
    int8Model: Model,
    int8: Operator,
  ) {
    this.tensors = int8.outputs.map((id) => int8Model.tensors[id]!);
  }

  add(wanted: readonly TypedArray[], got: readonly TypedArray[]): void {
    wanted.forEach((floats, i) => {
      const { quantization } = this.tensors[i]!;
      if (quantization === undefined) return;
      this.addTensor(
        floats as Float32Array,
        got[i] as Int8Array,
        quantization.scales[0]!,
        quantization.zeroPoints[0]!,
      );
    });
  }

  private addTensor(wanted: Float32Array, got: Int8Array, scale: number, zeroPoint: number): void {
    const { codes } = this;
    // A fixed range ends one step before 1, which is where probabilities end.
    const slack = fixedOutput(this.float.kind) === undefined ? 0.5 : 1;
    const [least, most] = [(-128 - slack - zeroPoint) * scale, (127 + slack - zeroPoint) * scale];
    let [signal, noise, outside] = [0, 0, 0];
    for (let i = 0; i < got.length; i++) {
      const [value, code] = [wanted[i]!, got[i]!];
      const difference = value - (code - zeroPoint) * scale;
      signal += value * value;
      noise += difference * difference;
      if (value < least || value > most) outside++;
      codes[code + 128]!++;
    }
    this.signal += signal;
    this.noise += noise;
    this.outside += outside;
    this.count += got.length;
  }

  report(): OperatorReport {
    const { float, signal, noise, position: index } = this;
    const { name: tensor, shape } = this.model.tensors[float.outputs[0]!]!;
    const { scales, zeroPoints } = this.tensors[0]!.quantization ?? { scales: [1], zeroPoints: [0] };
    const [scale, zeroPoint] = [scales[0]!, zeroPoints[0]!];
    return {
      index,
      kind: float.kind,
      tensor,
      shape,
      range: { min: (-128 - zeroPoint) * scale, max: (127 - zeroPoint) * scale },
      scale,
      zeroPoint,
      sqnrDb: signal === 0 || noise === 0 ? null : 10 * Math.log10(signal / noise),
      saturation: this.count === 0 ? 0 : this.outside / this.count,
      codes: this.codes,
    };
  }
}
