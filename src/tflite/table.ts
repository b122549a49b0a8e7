/**
 * How a flatbuffer table is described, and the type of its value: the vocabulary of `schema.ts`.
 *
 * A description drives both directions: `cursor.ts` reads by it, `encode.ts` writes by it. Fields stand in
 * the order of their ids in TensorFlow's schema; a union takes two ids. Absent strings, bytes and vectors
 * are read as empty, and empty ones are not written: the format does not tell them apart in meaning.
 */
export type ScalarType = 'bool' | 'i8' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32';

export interface ScalarField<T extends ScalarType = ScalarType> {
  readonly kind: 'scalar';
  readonly type: T;
  readonly default: number;
}
export interface ScalarsField {
  readonly kind: 'scalars';
  readonly type: Exclude<ScalarType, 'bool'>;
}
export interface BytesField {
  readonly kind: 'bytes';
  /** Alignment of the first byte in the file. */
  readonly align: number;
}
export interface StringField {
  readonly kind: 'string';
}
export interface TableField<T extends TableDef = TableDef> {
  readonly kind: 'table';
  readonly of: T;
}
export interface TablesField<T extends TableDef = TableDef> {
  readonly kind: 'tables';
  readonly of: T;
}
export type UnionMembers = Readonly<Record<string, { readonly code: number; readonly table: TableDef }>>;
export interface UnionField<M extends UnionMembers = UnionMembers> {
  readonly kind: 'union';
  readonly members: M;
}
/** A field we only notice: true where the file has it. It cannot be written. */
export interface PresenceField {
  readonly kind: 'presence';
}

export type Field =
  | ScalarField
  | ScalarsField
  | BytesField
  | StringField
  | TableField
  | TablesField
  | UnionField
  | PresenceField;

export interface TableDef<F extends Readonly<Record<string, Field>> = Readonly<Record<string, Field>>> {
  readonly name: string;
  readonly fields: F;
}

/** A member of a union with its values, nothing, or the code of a member the description does not have. */
type UnionValue<M extends UnionMembers> =
  | { readonly [N in keyof M & string]: { readonly type: N } & ValueOf<M[N]['table']> }[keyof M & string]
  | { readonly type: 'none' }
  | { readonly type: 'other'; readonly code: number };

type FieldValue<F extends Field> =
  F extends ScalarField<infer T>
    ? T extends 'bool'
      ? boolean
      : number
    : F extends ScalarsField
      ? readonly number[]
      : F extends BytesField
        ? Uint8Array
        : F extends StringField
          ? string
          : F extends TableField<infer T>
            ? ValueOf<T> | undefined
            : F extends TablesField<infer T>
              ? readonly ValueOf<T>[]
              : F extends UnionField<infer M>
                ? UnionValue<M>
                : boolean;

/** The plain value of a table. 64-bit integers are numbers; those beyond 2^53 are refused. */
export type ValueOf<T extends TableDef> = {
  readonly [K in keyof T['fields'] as K extends string ? K : never]: FieldValue<T['fields'][K]>;
};

export function table<F extends Readonly<Record<string, Field>>>(name: string, fields: F): TableDef<F> {
  return { name, fields };
}
export const scalar = <T extends ScalarType>(type: T, value = 0): ScalarField<T> => ({
  kind: 'scalar',
  type,
  default: value,
});
export const scalars = (type: ScalarsField['type']): ScalarsField => ({ kind: 'scalars', type });
export const bytes = (align = 1): BytesField => ({ kind: 'bytes', align });
export const string: StringField = { kind: 'string' };
export const presence: PresenceField = { kind: 'presence' };
export const nested = <T extends TableDef>(of: T): TableField<T> => ({ kind: 'table', of });
export const tables = <T extends TableDef>(of: T): TablesField<T> => ({ kind: 'tables', of });
export const union = <M extends UnionMembers>(members: M): UnionField<M> => ({ kind: 'union', members });

/** Bytes of a scalar in the file. */
export const SCALAR_SIZE: Readonly<Record<ScalarType, number>> = {
  bool: 1,
  i8: 1,
  i32: 4,
  u32: 4,
  f32: 4,
  i64: 8,
  u64: 8,
};
