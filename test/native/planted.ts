/** Errors for tests of what finds errors: kernels that are told of less memory than they use, and a model likewise. */
import type { CallOf, KernelName } from '../../src/lowering/call.js';
import { describedModel, ModelBuilder } from '../../src/model/builder.js';
import type { Model } from '../../src/model/types.js';
import { paramTokens } from '../support/kernel-row.js';
import type { Plant } from './aot.js';
import { type Place, runLines } from './kernel-program.js';

/** A copy of 16 bytes. */
const COPY = { kernel: 'copy', params: { bytes: 16 } } as unknown as CallOf<'copy'>;
const BYTES = Array.from({ length: 16 }, (_, i) => (i + 1).toString(16).padStart(2, '0')).join('');

/** One inference of a planned model: the copy, from 0 in the arena to where it is told to write. */
export interface PlantedPlan {
  readonly arena: number;
  /** Where its output is, and how long the plan says it is. */
  readonly output: string;
}

/** What the driver answers of the first 16 bytes of the arena, which nothing may have changed. */
export async function runPlan({ arena, output }: PlantedPlan, place: Place): Promise<string> {
  const lines = [
    `.plan ${arena} 32 1 x${'11'.repeat(64)}`,
    '.fill 0 32 0',
    `.input @a0 x${BYTES}`,
    ['copy', -1, 0, ...paramTokens(COPY), 1, '@a0', 1, output, 0].join(' '),
    '.output @a0:16',
  ];
  const [answer] = await runLines(lines, [call('copy', 1)], place);
  return answer!.join(' ');
}

/** A row of its own, outside of any plan: a copy of 16 bytes into memory of `bytes`. */
export async function runRow(bytes: number, place: Place): Promise<string> {
  const line = ['copy', -1, 0, ...paramTokens(COPY), 1, `x${BYTES}`, 1, bytes, 0].join(' ');
  const [answer] = await runLines([line], [call('copy', 1)], place);
  return answer!.join(' ');
}

const call = (kernel: KernelName, inputs: number) => ({ kernel, inputs: Array.from({ length: inputs }) });

export const UNTOUCHED = BYTES;

/** A model that fills its arena, and one input for it. */
export function arenaModel(): Model {
  const b = new ModelBuilder('planted');
  const x = b.input('x', [1, 64], { scale: 0.1 });
  const y = b.add('TANH', [x], { shape: [1, 64], scale: 1 / 128 }, {});
  const scale = 1 / 128;
  const z = b.add('ADD', [x, y], { shape: [1, 64], scale }, { activation: 'NONE' });
  const both = b.add('CONCATENATION', [z, y], { shape: [1, 128], scale }, { axis: 1, activation: 'NONE' });
  return describedModel(b.build([both]));
}

/** The arena is declared shorter than the plan has made it. */
export const shorterArena: Plant = (text) => {
  const shorter = text.replace(
    /(int8_t arena)\[(\d+)\]/,
    (_, name, bytes) => `${name}[${Number(bytes) - 32}]`,
  );
  if (shorter === text) throw new Error('the generated model declares no arena');
  return shorter;
};
