/**
 * A plan as C++: one source file per model that implements `kws::Model` with a list of kernel calls.
 *
 * Owns: the values of that file's template, templates/project/model_aot.cpp.hbs. Leaves to others: what is called
 * with what (`plan/`), the kernels' signatures (`kernel-calls.ts`), spelling (`c.ts`).
 */
import { ConstantPool } from '../plan/constants.js';
import type {
  BufferRef,
  ConstantArray,
  ConstantValues,
  ModelPlan,
  PlannedCall,
  PlanStep,
  ResultPlace,
  RingPlan,
  SlidingPlan,
  TensorPlace,
} from '../plan/types.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import {
  type ArrayDeclaration,
  commentText,
  floatLiteral,
  identifier,
  intLiteral,
  stringLiteral,
} from './c.js';
import {
  FLOAT_FIELDS,
  fieldName,
  KERNEL_SIGNATURES,
  type KernelSignature,
  type LooseParameter,
  NESTED_FIELDS,
  type PointerType,
} from './kernel-calls.js';
import { fillTemplate } from './templates.js';

/** Name of the `kws::Model` object of the model called `id` (already an identifier). */
export function modelSymbol(id: string): string {
  return `model_${id}`;
}

export interface AotInput {
  readonly plan: ModelPlan;
  /** As the application and the protocol show it. */
  readonly name: string;
  /** Identifier, unique in the project. */
  readonly id: string;
  readonly by: GeneratedBy;
  /** See `RenderOptions`. */
  readonly trace?: boolean;
}

/** The source file of one model. */
export function renderAotModel({ plan, name, id, by, trace = false }: AotInput): string {
  const writer = new AotWriter(plan, trace);
  const { arena, state } = plan;
  return fillTemplate('model_aot.cpp', {
    banner: bannerLines(by, { model: name, sha256: plan.sha256 }),
    symbol: modelSymbol(id),
    name: stringLiteral(name),
    arenaLowerBound: arena.lowerBound,
    arenaBytes: Math.max(arena.bytes, 1),
    stateBytes: state.bytes,
    rings: writer.rings(),
    constants: writer.constants(),
    resets: writer.resets(),
    steps: writer.steps(plan.steps),
    sliding: plan.sliding && slidingForC(writer, plan.sliding),
    advance: plan.sliding ? 'advance' : 'nullptr',
    trace,
    operatorCount: Math.max(0, ...plan.steps.map(({ operator }) => operator.index + 1)),
    input: writer.view(plan.input),
    output: writer.view(plan.output),
  });
}

/** The memory behind the edge of a ring; of two, that of the one whose turn it is. */
function memoryOf(
  i: number,
  { offset, capacity, edge, turns }: Pick<RingPlan, 'offset' | 'capacity' | 'edge' | 'turns'>,
): string {
  const first = offsetFrom('state', offset + edge);
  if (turns === 1) return first;
  const second = offsetFrom('state', offset + capacity);
  return `(ring_${i} < ${second} ? ${first} : ${offsetFrom('state', offset + capacity + edge)})`;
}

function slidingForC(writer: AotWriter, { hop, reachesBack, macs, steps }: SlidingPlan) {
  const thousands = (count: number) => count.toLocaleString('en');
  return {
    hop,
    wholeFirst: reachesBack > 1 ? reachesBack - 1 : undefined,
    macs: thousands(macs.hop),
    wholeMacs: thousands(macs.whole),
    steps: writer.steps(steps),
  };
}

const C_TYPE: Readonly<Record<string, Exclude<PointerType, 'void'>>> = {
  Int8Array: 'int8_t',
  Uint8Array: 'uint8_t',
  Int16Array: 'int16_t',
  Int32Array: 'int32_t',
  Float32Array: 'float',
};
const typeOf = (values: ConstantValues) => C_TYPE[values.constructor.name]!;

/** Small arrays are aligned for words, large ones for fast loads. */
function constantArray({ values }: ConstantArray, name: string): ArrayDeclaration {
  const type = typeOf(values);
  const items = Array.from(values, (value) => (type === 'float' ? floatLiteral(value) : intLiteral(value)));
  const align = values.byteLength >= 64 ? 'alignas(16) ' : values.BYTES_PER_ELEMENT < 4 ? 'alignas(4) ' : '';
  return { type: `${align}const ${type}`, name, items };
}

/** What the template says of a kernel call; `scoped` where it needs constants of its own. */
interface CallForC {
  readonly kernel: string;
  readonly operands: string;
  readonly repeat: { readonly last: number } | undefined;
  readonly scoped: boolean;
  readonly parameters: { readonly type: string; readonly fields: readonly string[] } | undefined;
  readonly arrays: readonly ArrayDeclaration[];
}

/** The values of templates/project/model_aot.cpp.hbs. */
class AotWriter {
  readonly #plan: ModelPlan;
  readonly #pool: ConstantPool;
  readonly #names: readonly string[];
  readonly #trace: boolean;

  constructor(plan: ModelPlan, trace: boolean) {
    this.#plan = plan;
    this.#trace = trace;
    this.#pool = new ConstantPool(plan.constants);
    const taken = new Set<string>();
    this.#names = plan.constants.map(({ label }) => identifier(label, taken));
  }

  constants(): ArrayDeclaration[] {
    return this.#plan.constants.map((constant, i) => constantArray(constant, this.#names[i]!));
  }

  resets() {
    return this.#plan.state.resets.map((reset) => ({
      to: offsetFrom('state', reset.offset),
      bytes: reset.bytes,
      from: reset.kind === 'copy' ? this.#names[reset.constant]! : undefined,
      value: reset.kind === 'fill' ? reset.value : undefined,
    }));
  }

  rings() {
    return this.#plan.state.rings.map(({ offset, capacity, edge, kept, shift, turns }, i) => ({
      name: `ring_${i}`,
      start: offsetFrom('state', offset),
      second: turns === 2 ? offsetFrom('state', offset + capacity) : undefined,
      // Rows at an edge are computed anew and need not move.
      memory: memoryOf(i, { offset, capacity, edge, turns }),
      capacity: intLiteral(capacity - edge),
      kept: intLiteral(kept),
      shift: intLiteral(shift),
      at: offsetFrom(`ring_${i}`, edge),
      back: edge === 0 ? '' : ` - ${edge}`,
    }));
  }

  steps(steps: readonly PlanStep[]) {
    return steps.map(({ operator, shapes, calls, results }) => ({
      ...operator,
      shapes: commentText(shapes),
      calls: calls.map((call) => this.#call(call)),
      traced:
        this.#trace && calls.length + results.length > 0
          ? { outputs: results.map((result) => this.#result(result)), count: results.length }
          : undefined,
    }));
  }

  /** `kws::TracedOutput`'s initialiser. */
  #result({ output, ref, offset, bytes }: ResultPlace): string {
    return `{${output}, ${this.#address(ref)}, ${offset}, ${bytes}}`;
  }

  view(place: TensorPlace): string {
    const type = { int8: 'kInt8', uint8: 'kUint8', float32: 'kFloat32' }[place.type as 'int8'];
    const numbers = [intLiteral(place.count), floatLiteral(place.scale), intLiteral(place.zeroPoint)];
    return `{ElementType::${type}, ${this.#address(place.ref)}, ${numbers.join(', ')}}`;
  }

  #call(call: PlannedCall): CallForC {
    const { struct, loose = [] } = KERNEL_SIGNATURES[call.kernel] as KernelSignature<never>;
    const params = call.params as Readonly<Record<string, unknown>>;
    const arrays: ArrayDeclaration[] = [];
    const operands = struct === undefined ? [] : ['p'];
    for (const one of loose) operands.push(...this.#loose(params[one.field], one, arrays));
    for (const side of ['inputs', 'outputs'] as const) operands.push(...this.#data(call, side, arrays));
    if (call.scratch !== undefined) operands.push(this.#address(call.scratch));
    return {
      kernel: call.kernel,
      operands: operands.join(', '),
      repeat: call.repeat && { last: call.repeat.count - 1 },
      scoped: struct !== undefined || arrays.length > 0,
      parameters: struct && { type: struct.name, fields: this.#fields(params, struct.fields) },
      arrays,
    };
  }

  /** A parameter beside the struct. */
  #loose(value: unknown, { field, as }: LooseParameter<never>, arrays: ArrayDeclaration[]): string[] {
    if (as === 'array') return [this.#nameOf(value as ConstantValues)];
    if (as === 'int') return [intLiteral(value as number)];
    const items = (value as readonly number[]).map(intLiteral);
    arrays.push({ type: 'static constexpr int32_t', name: field, items });
    return [intLiteral(items.length), field];
  }

  /** What a call reads or writes. */
  #data(call: PlannedCall, side: 'inputs' | 'outputs', arrays: ArrayDeclaration[]): string[] {
    const signature = KERNEL_SIGNATURES[call.kernel];
    const writes = side === 'outputs';
    const refs: readonly BufferRef[] = call[side];
    if (signature.many === side) {
      const moving = refs.some(({ region }) => region === 'ring');
      const type = `${moving ? '' : 'static '}${writes ? 'void*' : 'const void*'} const`;
      arrays.push({ type, name: side, items: refs.map((ref) => this.#address(ref)) });
      return [side];
    }
    const step = call.repeat?.[writes ? 'outputStep' : 'inputStep'];
    return refs.map((ref) => {
      const address = this.#pointer(ref, signature[writes ? 'output' : 'input'], writes);
      return step === undefined ? address : `${address} + i * ${step}`;
    });
  }

  #fields(values: Readonly<Record<string, unknown>>, fields: readonly string[]): string[] {
    return fields.map(
      (field) => `/*${fieldName(field)}*/ ${this.#value(values[field], FLOAT_FIELDS.has(field))}`,
    );
  }

  #value(value: unknown, real: boolean): string {
    if (value === null) return 'nullptr';
    if (typeof value === 'number') return real ? floatLiteral(value) : intLiteral(value);
    if (Array.isArray(value)) return `{${value.map(intLiteral).join(', ')}}`;
    if (ArrayBuffer.isView(value)) return this.#nameOf(value as ConstantValues);
    const nested = value as Readonly<Record<string, unknown>>;
    const fields = NESTED_FIELDS.find((list) => list.every((field) => field in nested));
    if (fields === undefined) throw new TypeError('a kernel parameter of unknown shape');
    return `{${this.#fields(nested, fields).join(', ')}}`;
  }

  #nameOf(values: ConstantValues): string {
    return this.#names[this.#pool.add('', values)]!;
  }

  #address(ref: BufferRef): string {
    if (ref.region === 'ring') return offsetFrom(`ring_${ref.ring}`, ref.offset);
    if (ref.region !== 'constant') return offsetFrom(ref.region, ref.offset);
    const { BYTES_PER_ELEMENT } = this.#plan.constants[ref.constant]!.values;
    return offsetFrom(this.#names[ref.constant]!, ref.offset / BYTES_PER_ELEMENT);
  }

  /** A buffer as the pointer type that the kernel takes; arena and state are int8_t. */
  #pointer(ref: BufferRef, type: PointerType, writes: boolean): string {
    const own = ref.region === 'constant' ? typeOf(this.#plan.constants[ref.constant]!.values) : 'int8_t';
    const address = this.#address(ref);
    if (type === 'void' || type === own) return address;
    return `reinterpret_cast<${writes ? '' : 'const '}${type}*>(${address})`;
  }
}

function offsetFrom(base: string, elements: number): string {
  return elements === 0 ? base : `${base} + ${elements}`;
}
