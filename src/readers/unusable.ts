/**
 * Models that are read well and are of no use here, refused with one sentence that says what they are and what to do:
 * before other stages refuse them for smaller reasons, one after the other.
 */
import { inputError, type Problem } from '../diagnostics/errors.js';
import type { Model, Tensor } from '../model/types.js';
import { OPENWAKEWORD_NEXT } from './foreign-formats.js';

interface Unusable {
  readonly match: (model: Model) => boolean;
  readonly problem: Omit<Problem, 'where'>;
}

const tensorsOf = ({ tensors }: Model, ids: readonly number[]): Tensor[] =>
  ids.flatMap((id) => tensors[id] ?? []);
const sizes = ({ shape }: Tensor) => shape.filter((size) => size > 1).join('x');

const UNUSABLE: readonly Unusable[] = [
  {
    match: (model) =>
      tensorsOf(model, model.inputs).some(({ shape }) => shape.length === 0 || shape.includes(0)),
    problem: {
      what: 'does not say what shape its input has',
      why: 'memory on a device is planned for fixed shapes',
      next: 'convert it again with a fixed one: keras.Input(shape=…, batch_size=1), or concrete functions with an input signature',
    },
  },
  {
    match: ({ operators }) =>
      operators.some(({ kind, options }) => kind === 'FOREIGN' && options.name === 'edgetpu-custom-op'),
    problem: {
      what: 'is compiled for the Edge TPU (Coral)',
      why: 'its operators are machine code of that chip',
      next: 'give the .tflite that edgetpu_compiler was given',
    },
  },
  {
    // Frames of Google's speech embedding, 96 numbers each.
    match: (model) => {
      const [x] = tensorsOf(model, model.inputs);
      const [y] = tensorsOf(model, model.outputs);
      if (x === undefined || y === undefined) return false;
      const dense = !model.operators.some(({ kind }) => /CONV/.test(kind)) && model.inputs.length === 1;
      return (
        dense && x.type === 'float32' && /^\d+x96$/.test(sizes(x)) && x.shape.length === 3 && sizes(y) === ''
      );
    },
    problem: {
      what: 'is an openWakeWord model',
      why: 'it takes the embeddings of another network, which no microcontroller computes in time',
      next: OPENWAKEWORD_NEXT,
    },
  },
  {
    // What goes out has the shape of what goes in: the caller is to carry it from one inference to the next.
    match: (model) => {
      if (model.inputs.length < 2 || model.outputs.length !== model.inputs.length) return false;
      const left = tensorsOf(model, model.outputs).map(({ shape }) => shape.join());
      const carried = tensorsOf(model, model.inputs).filter(({ shape }) => {
        const at = left.indexOf(shape.join());
        if (at >= 0) left.splice(at, 1);
        return at >= 0;
      });
      return carried.length === model.inputs.length - 1;
    },
    problem: {
      what: 'keeps its state outside: its caller has to give each inference what the last one left',
      why: 'firmware runs models that keep their state themselves',
      next: 'export it with internal state (kws_streaming: STREAM_INTERNAL_STATE_INFERENCE, as microWakeWord does), or as a model of whole windows',
    },
  },
];

/** @throws an input error for a model of these kinds; gives back all others */
export function refuseUnusable(model: Model, name: string): Model {
  const found = UNUSABLE.find(({ match }) => match(model));
  if (found !== undefined) throw inputError({ ...found.problem, where: name });
  return model;
}
