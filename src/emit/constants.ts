/** Constants that other stages describe as `CField`s, as C++ definitions. */
import { arrayDefinition, intLiteral, wrapped } from './c.js';
import type { CField } from './types.js';

function value(field: CField & { kind: 'scalar' }): string {
  return field.ctype === 'bool' ? (field.value === 0 ? 'false' : 'true') : intLiteral(field.value);
}

/** A constant of the struct type, preceded by its arrays, which are called `<name>_<field>`. */
export function structDefinition(type: string, name: string, fields: readonly CField[]): string {
  const arrays = fields.flatMap((field) => {
    if (field.kind !== 'array') return [];
    const items = field.values.map(intLiteral);
    return [
      arrayDefinition({ type: `alignas(4) const ${field.ctype}`, name: `${name}_${field.name}`, items }),
    ];
  });
  const items = fields.map(
    (field) => `/*${field.name}*/ ${field.kind === 'array' ? `${name}_${field.name}` : value(field)}`,
  );
  return [...arrays, `constexpr ${type} ${name} = {\n${wrapped(items)}\n};`].join('\n');
}
