/** Names of models, and names from files in messages. */

/** `models/okay_nabu.tflite` → `okay_nabu`. */
export function modelName(path: string): string {
  const base = path.split(/[/\\]/).pop() ?? '';
  return base.replace(/\.[^.]*$/, '') || 'model';
}

/** A name out of a file, short and without control characters. */
export function printable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
  const plain = name.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  return plain.length > 80 || name.length > 200 ? `${plain.slice(0, 77)}...` : plain;
}
