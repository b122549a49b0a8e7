/**
 * A plan as C++: one source file per model that implements `kws::Model` with a list of kernel calls.
 *
 * Owns: the layout of that file. Leaves to others: what is called with what (`plan/`), the kernels'
 * signatures (`kernel-calls.ts`), spelling (`c.ts`).
 */
import { ConstantPool } from '../plan/constants.js';
import type {
  BufferRef,
  ConstantArray,
  ConstantValues,
  ModelPlan,
  PlannedCall,
  TensorPlace,
} from '../plan/types.js';
import { banner, type GeneratedBy } from './banner.js';
import {
  arrayDefinition,
  commentText,
  floatLiteral,
  identifier,
  intLiteral,
  stringLiteral,
  wrapped,
} from './c.js';
import {
  FLOAT_FIELDS,
  fieldName,
  KERNEL_SIGNATURES,
  type KernelSignature,
  NESTED_FIELDS,
  type PointerType,
} from './kernel-calls.js';

export interface ModelSource {
  /** C++ name of the `kws::Model` in namespace kws. */
  readonly symbol: string;
  readonly text: string;
}

/** Name of the `kws::Model` object of the model called `id` (already an identifier). */
export function modelSymbol(id: string): string {
  return `model_${id}`;
}

/**
 * The source file of one model.
 *
 * @param name as the application and the protocol show it
 * @param id identifier, unique in the project
 */
export function renderAotModel(plan: ModelPlan, name: string, id: string, by: GeneratedBy): ModelSource {
  const symbol = modelSymbol(id);
  const writer = new AotWriter(plan);
  const { arena, state } = plan;
  const memory = [
    `// Activations: at least ${arena.lowerBound} bytes are live at one time.`,
    `alignas(16) int8_t arena[${Math.max(arena.bytes, 1)}];`,
  ];
  if (state.bytes > 0)
    memory.push(
      '// What survives from one inference to the next.',
      `alignas(16) int8_t state[${state.bytes}];`,
    );
  const text = `${banner(by, { model: name, sha256: plan.sha256 })}
#include <cstring>

#include "kws_kernels/kws_kernels.h"
#include "kws_model/kws_model.h"

namespace kws {

extern const Model ${symbol};

namespace {

${memory.join('\n')}

${writer.constants()}
void reset() {${writer.resets()}}

ModelStatus prepare() {
  reset();
  return {true, nullptr};
}

bool invoke() {
${writer.steps()}  return true;
}

TensorView input() { return ${writer.view(plan.input)}; }

TensorView output() { return ${writer.view(plan.output)}; }

uint32_t arena_used() { return sizeof arena; }

}  // namespace

const Model ${symbol} = {
${wrapped([stringLiteral(name), 'prepare', 'reset', 'invoke', 'input', 'output', 'arena_used', 'sizeof arena'])}
};

}  // namespace kws
`;
  return { symbol, text };
}

const C_TYPE: Readonly<Record<string, Exclude<PointerType, 'void'>>> = {
  Int8Array: 'int8_t',
  Uint8Array: 'uint8_t',
  Int16Array: 'int16_t',
  Int32Array: 'int32_t',
  Float32Array: 'float',
};
const typeOf = (values: ConstantValues) => C_TYPE[values.constructor.name]!;

/** Small arrays are aligned for their elements only, large ones for fast loads. */
function constantDefinition({ values }: ConstantArray, name: string): string {
  const type = typeOf(values);
  const items = Array.from(values, (value) => (type === 'float' ? floatLiteral(value) : intLiteral(value)));
  const align = values.byteLength >= 64 ? 'alignas(16) ' : type.endsWith('8_t') ? 'alignas(4) ' : '';
  return `${arrayDefinition({ type: `${align}const ${type}`, name, items })}\n`;
}

class AotWriter {
  readonly #plan: ModelPlan;
  readonly #pool: ConstantPool;
  readonly #names: readonly string[];

  constructor(plan: ModelPlan) {
    this.#plan = plan;
    this.#pool = new ConstantPool(plan.constants);
    const taken = new Set<string>();
    this.#names = plan.constants.map(({ label }) => identifier(label, taken));
  }

  constants(): string {
    return this.#plan.constants.map((constant, i) => constantDefinition(constant, this.#names[i]!)).join('');
  }

  resets(): string {
    const lines = this.#plan.state.resets.map((reset) => {
      const to = offsetFrom('state', reset.offset);
      if (reset.kind === 'fill') return `  std::memset(${to}, ${reset.value}, ${reset.bytes});\n`;
      return `  std::memcpy(${to}, ${this.#names[reset.constant]!}, ${reset.bytes});\n`;
    });
    return lines.length === 0 ? '' : `\n${lines.join('')}`;
  }

  steps(): string {
    return this.#plan.steps
      .map(({ operator, shapes, calls }) => {
        const title = `  // ${operator.index} ${operator.kind}: ${commentText(shapes)}`;
        if (calls.length === 0) return `${title} (nothing to do)\n`;
        return `${title}\n${calls.map((call) => this.#call(call)).join('')}`;
      })
      .join('');
  }

  view(place: TensorPlace): string {
    const type = { int8: 'kInt8', uint8: 'kUint8', float32: 'kFloat32' }[place.type as 'int8'];
    const numbers = [intLiteral(place.count), floatLiteral(place.scale), intLiteral(place.zeroPoint)];
    return `{ElementType::${type}, ${this.#address(place.ref)}, ${numbers.join(', ')}}`;
  }

  #call(call: PlannedCall): string {
    const signature = KERNEL_SIGNATURES[call.kernel] as KernelSignature<never>;
    const params = call.params as Readonly<Record<string, unknown>>;
    const before: string[] = [];
    const args: string[] = [];
    if (signature.struct !== undefined) {
      const { name, fields } = signature.struct;
      before.push(`static constexpr ${name} p = {\n${wrapped(this.#fields(params, fields), 8)}\n    };`);
      args.push('p');
    }
    for (const { field, as } of (signature.loose ?? []) as readonly { field: string; as: string }[]) {
      if (as === 'array') args.push(this.#nameOf(params[field] as ConstantValues));
      else if (as === 'int') args.push(intLiteral(params[field] as number));
      else {
        const items = (params[field] as readonly number[]).map(intLiteral);
        before.push(arrayDefinition({ type: 'static constexpr int32_t', name: field, items }));
        args.push(intLiteral(items.length), field);
      }
    }
    for (const side of ['inputs', 'outputs'] as const) {
      const writes = side === 'outputs';
      if (signature.many === side) {
        const type = `static ${writes ? 'void*' : 'const void*'} const`;
        before.push(
          arrayDefinition({ type, name: side, items: call[side].map((ref) => this.#address(ref)) }),
        );
        args.push(side);
      } else
        for (const ref of call[side])
          args.push(this.#pointer(ref, signature[writes ? 'output' : 'input'], writes));
    }
    const line = `kws_${call.kernel}(${args.join(', ')});\n`;
    if (before.length === 0) return `  ${line}`;
    return `  {\n${before.map((text) => `    ${text}\n`).join('')}    ${line}  }\n`;
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
