/** Names of models, and names from files in messages. */
import { printable as safe } from '../text/text.js';

/** `models/okay_nabu.tflite` → `okay_nabu`. */
export function modelName(path: string): string {
  const base = path.split(/[/\\]/).pop() ?? '';
  return base.replace(/\.[^.]*$/, '') || 'model';
}

/** A name out of a file, short and without anything that steers a terminal. */
export function printable(name: string): string {
  const plain = safe(name.slice(0, 200));
  return plain.length > 80 || name.length > 200 ? `${plain.slice(0, 77)}...` : plain;
}
