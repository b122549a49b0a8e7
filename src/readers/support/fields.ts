/** Objects of untrusted JSON. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: a field named `constructor` is not there because objects have one. */
export function field(config: Fields, key: string): unknown {
  return Object.hasOwn(config, key) ? untupled(config[key]) : undefined;
}

/** Keras 3 writes a tuple as an object with its items. */
export function untupled(value: unknown): unknown {
  return isFields(value) && value.class_name === '__tuple__' && Array.isArray(value.items)
    ? value.items
    : value;
}
