/** Constants that other stages describe as `CField`s, as the values of the template `parts/struct.cpp`. */
import { type ArrayDeclaration, floatLiteral, intLiteral } from './c.js';
import type { CField, CType } from './types.js';

export interface StructForC {
  readonly type: string;
  readonly name: string;
  /** Defined before the struct, which points to them; called `<name>_<field>`. */
  readonly arrays: readonly ArrayDeclaration[];
  /** Initialisers in the struct's order, each after its name. */
  readonly fields: readonly string[];
}

function literal(ctype: CType, value: number): string {
  if (ctype === 'bool') return value === 0 ? 'false' : 'true';
  return ctype === 'float' ? floatLiteral(value) : intLiteral(value);
}

/** A constant of the struct type. */
export function structForC(type: string, name: string, fields: readonly CField[]): StructForC {
  const arrays = fields.flatMap((field) => {
    if (field.kind !== 'array') return [];
    const items = field.values.map((item) => literal(field.ctype, item));
    return [{ type: `alignas(4) const ${field.ctype}`, name: `${name}_${field.name}`, items }];
  });
  const items = fields.map(
    (field) =>
      `/*${field.name}*/ ${field.kind === 'array' ? `${name}_${field.name}` : literal(field.ctype, field.value)}`,
  );
  return { type, name, arrays, fields: items };
}
