/** GraphDefs as protocol buffers, written by hand: graph.proto, node_def.proto, attr_value.proto, tensor.proto. */
const varint = (value: number): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
};
const key = (number: number, wire: number) => varint(number * 8 + wire);
const message = (number: number, bytes: readonly number[]): number[] => [
  ...key(number, 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (number: number, value: string) => message(number, [...Buffer.from(value)]);
const floats = (values: readonly number[]) => [...new Uint8Array(Float32Array.from(values).buffer)];

const shapeProto = (shape: readonly number[]) =>
  shape.flatMap((size) => message(2, [...key(1, 0), ...varint(size)]));

export type AttributeValue =
  | { readonly type: number }
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly flag: boolean }
  | { readonly text: string }
  | { readonly shape: readonly number[] }
  | { readonly integers: readonly number[] }
  | { readonly tensor: readonly number[]; readonly shaped: readonly number[]; readonly integer?: true };

function attribute(value: AttributeValue): number[] {
  if ('tensor' in value) {
    const list = value.integer
      ? message(
          7,
          value.tensor.flatMap((one) => varint(one)),
        )
      : message(5, floats(value.tensor));
    return message(8, [
      ...key(1, 0),
      value.integer ? 3 : 1,
      ...message(2, shapeProto(value.shaped)),
      ...list,
    ]);
  }
  if ('type' in value) return [...key(6, 0), ...varint(value.type)];
  if ('integer' in value) return [...key(3, 0), ...varint(value.integer)];
  if ('float' in value) return [...key(4, 5), ...floats([value.float])];
  if ('flag' in value) return [...key(5, 0), value.flag ? 1 : 0];
  if ('text' in value) return text(2, value.text);
  if ('shape' in value) return message(7, shapeProto(value.shape));
  return message(
    1,
    message(
      3,
      value.integers.flatMap((one) => varint(one)),
    ),
  );
}

export interface NodeText {
  readonly name: string;
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export const constantNode = (
  name: string,
  shaped: readonly number[],
  tensor: readonly number[],
  integer?: true,
): NodeText => ({
  name,
  op: 'Const',
  attributes: { value: { tensor, shaped, ...(integer ? { integer } : {}) } },
});

export function graphDef(nodes: readonly NodeText[]): Uint8Array {
  return Uint8Array.from(
    nodes.flatMap(({ name, op, inputs = [], attributes = {} }) =>
      message(1, [
        ...text(1, name),
        ...text(2, op),
        ...inputs.flatMap((input) => text(3, input)),
        ...Object.entries(attributes).flatMap(([attributeName, value]) =>
          message(5, [...text(1, attributeName), ...message(2, attribute(value))]),
        ),
      ]),
    ),
  );
}
