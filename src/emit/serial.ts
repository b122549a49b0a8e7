/**
 * What the serial line speaks beside the protocol, as values of kws_config.cpp's template, and which sources that
 * takes.
 *
 * Owns: which object stands for what. Leaves to others: what it says (templates/lib/kws_app).
 */
import { tensorBytes } from '../model/elements.js';
import type { ResolvedModel, ResolvedProject } from '../project/types.js';
import { stringLiteral } from './c.js';

/** Sources that are only compiled where the project asks for them. */
const SOURCES = {
  mlperfTiny: ['kws_app/src/mlperf_tiny.cpp', 'kws_protocol/src/text_writer.cpp'],
  text: ['kws_app/src/edge_impulse_text.cpp', 'kws_protocol/src/text_writer.cpp'],
} as const;

/** Of `library/path`: whether a project that speaks so leaves this source out. */
export function isSpareSource(path: string, { serial = {} }: Pick<ResolvedProject, 'serial'>): boolean {
  const all: readonly string[] = Object.values(SOURCES).flat();
  const used = Object.entries(SOURCES).flatMap(([key, sources]: [string, readonly string[]]) =>
    key in serial ? sources : [],
  );
  return all.includes(path) && !used.includes(path);
}

/** RAM that it takes beside buffers of text. */
export function serialBytes({ serial, models }: ResolvedProject): number {
  return serial?.mlperfTiny === undefined ? 0 : inputBytes(models[serial.mlperfTiny.model]!);
}

const inputBytes = ({ model: { tensors, inputs } }: ResolvedModel): number =>
  tensorBytes(tensors[inputs[0]!]!);

/** Values of the template: false where there is nothing of it. */
export function serialForC({ serial = {}, models }: ResolvedProject) {
  const { mlperfTiny, text } = serial;
  return {
    edgeImpulse: text === 'edge-impulse',
    mlperfTiny: mlperfTiny !== undefined && {
      benchmark: stringLiteral(mlperfTiny.benchmark),
      model: mlperfTiny.model,
      bytes: inputBytes(models[mlperfTiny.model]!),
    },
  };
}
