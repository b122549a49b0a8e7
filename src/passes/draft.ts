/**
 * A model while a pass rewrites it: who makes and who reads each tensor, kept true through every change.
 *
 * A pass reads a `Model`, makes a draft of it, changes that, and returns what `finish` gives: a new model, or
 * the same one where nothing changed. Operators keep their slots, which are in execution order.
 */
import { int32Bytes } from '../model/elements.js';
import type { Model, Operator, OperatorKind, OperatorOf, Tensor } from '../model/types.js';
import { float32Bytes } from '../model/values.js';

export class Draft {
  private readonly tensors: Tensor[];
  private readonly slots: (Operator | undefined)[];
  private readonly outputs: ReadonlySet<number>;
  private readonly makers = new Map<number, number>();
  /** Per tensor: slots of the operators that read it, once per operand. */
  private readonly readers = new Map<number, number[]>();
  private changed = false;

  constructor(private readonly model: Model) {
    this.tensors = [...model.tensors];
    this.outputs = new Set(model.outputs);
    this.slots = [...model.operators];
    this.slots.forEach((operator, slot) => {
      this.link(operator!, slot);
    });
  }

  /** Slots that are in use, also of operators changed meanwhile. */
  *operators(): IterableIterator<readonly [slot: number, operator: Operator]> {
    for (let slot = 0; slot < this.slots.length; slot += 1) {
      const operator = this.slots[slot];
      if (operator !== undefined) yield [slot, operator];
    }
  }

  at(slot: number): Operator | undefined {
    return this.slots[slot];
  }

  /** The tensor of an operand; undefined for -1. */
  tensor(id: number | undefined): Tensor | undefined {
    return this.tensors[id ?? -1];
  }

  add(tensor: Tensor): number {
    return this.tensors.push(tensor) - 1;
  }

  addFloats(name: string, shape: readonly number[], values: ArrayLike<number>): number {
    return this.add({ name, type: 'float32', shape, data: float32Bytes(values) });
  }

  addInts(name: string, shape: readonly number[], values: readonly number[]): number {
    return this.add({ name, type: 'int32', shape, data: int32Bytes(values) });
  }

  setTensor(id: number, tensor: Tensor): void {
    this.tensors[id] = tensor;
    this.changed = true;
  }

  /** The RESHAPE that gives `y` the numbers of `x`, for a slot; `index` is its number in the source. */
  reshape(index: number, x: number, y: number): Operator {
    const { name, shape } = this.tensors[y]!;
    const wanted = this.addInts(`${name}/shape`, [shape.length], shape);
    return { kind: 'RESHAPE', index, inputs: [x, wanted], outputs: [y], options: {} };
  }

  /** Slot of the operator that computes a tensor. */
  maker(id: number | undefined): number | undefined {
    return this.makers.get(id ?? -1);
  }

  isOutput(id: number): boolean {
    return this.outputs.has(id);
  }

  isRead(id: number): boolean {
    return this.isOutput(id) || (this.readers.get(id)?.length ?? 0) > 0;
  }

  /** Whether one operand of one operator is all that depends on a tensor. */
  isReadOnce(id: number): boolean {
    return !this.isOutput(id) && this.readers.get(id)?.length === 1;
  }

  /** The operator whose one operand is all that depends on the tensor, and its slot. */
  onlyReader(id: number | undefined): readonly [slot: number, operator: Operator] | undefined {
    if (id === undefined || !this.isReadOnce(id)) return undefined;
    const slot = this.readers.get(id)![0]!;
    return [slot, this.slots[slot]!];
  }

  /** The operator of one of the kinds that computes the tensor, and its slot. */
  makerOf<K extends OperatorKind>(
    id: number | undefined,
    ...kinds: readonly K[]
  ): readonly [slot: number, operator: Extract<Operator, OperatorOf<K>>] | undefined {
    const slot = this.maker(id);
    const operator = slot === undefined ? undefined : this.slots[slot];
    if (operator === undefined || !(kinds as readonly OperatorKind[]).includes(operator.kind))
      return undefined;
    return [slot!, operator as Extract<Operator, OperatorOf<K>>];
  }

  set(slot: number, operator: Operator): void {
    this.remove(slot);
    this.slots[slot] = operator;
    this.link(operator, slot);
  }

  remove(slot: number): void {
    const operator = this.slots[slot];
    if (operator === undefined) return;
    this.changed = true;
    this.slots[slot] = undefined;
    for (const id of operator.outputs) if (this.makers.get(id) === slot) this.makers.delete(id);
    for (const id of operator.inputs) {
      const list = this.readers.get(id);
      if (list !== undefined) list.splice(list.indexOf(slot), 1);
    }
  }

  /**
   * Removes an operator that gives what it is given, in the same shape: those who read `y` read `x`. Where `y`
   * is an output of the model, `x` takes its place, so that outputs keep their names.
   *
   * @returns whether that could be done; an output that is an input or a constant stays
   */
  bypass(slot: number, x: number, y: number): boolean {
    const maker = this.maker(x);
    if (this.isOutput(y) && (maker === undefined || this.isOutput(x))) return false;
    this.remove(slot);
    if (!this.isOutput(y)) {
      this.redirect(y, x);
      return true;
    }
    const operator = this.slots[maker!]!;
    this.redirect(x, y);
    this.set(maker!, { ...operator, outputs: operator.outputs.map((id) => (id === x ? y : id)) });
    return true;
  }

  /** All operators that read `from` read `to`. */
  private redirect(from: number, to: number): void {
    for (const slot of new Set(this.readers.get(from))) {
      const operator = this.slots[slot]!;
      this.set(slot, { ...operator, inputs: operator.inputs.map((id) => (id === from ? to : id)) });
    }
  }

  private link(operator: Operator, slot: number): void {
    for (const id of operator.outputs) this.makers.set(id, slot);
    for (const id of operator.inputs) {
      const list = this.readers.get(id);
      if (list === undefined) this.readers.set(id, [slot]);
      else list.push(slot);
    }
  }

  finish(): Model {
    if (!this.changed) return this.model;
    const operators = this.slots.filter((operator) => operator !== undefined);
    return { ...this.model, tensors: this.tensors, operators };
  }
}

/**
 * Offers every operator to a rule, again and again until the rule changes none.
 *
 * @param rule changes the draft and says so, or leaves it alone; every change must bring the model closer to
 *   where the rule has nothing to do
 */
export function rewrite(
  model: Model,
  rule: (draft: Draft, operator: Operator, slot: number) => boolean,
): Model {
  const draft = new Draft(model);
  for (let again = true; again; ) {
    again = false;
    for (const [slot, operator] of draft.operators()) if (rule(draft, operator, slot)) again = true;
  }
  return draft.finish();
}
