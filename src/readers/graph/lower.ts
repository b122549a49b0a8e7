/**
 * A TensorFlow graph → operators.
 *
 * Owns: the walk over the nodes, the model's one input, one problem per node that cannot be read.
 * Leaves to others: file formats (`../tfjs-graph.ts`, `../saved-model.ts`), what a node computes
 * (`registry.ts`).
 */
import type { Problem } from '../../diagnostics/errors.js';
import { inputError } from '../../diagnostics/errors.js';
import type { ModelDescription } from '../../model/builder.js';
import { ModelBuilder } from '../../model/builder.js';
import { shapeText } from '../../model/elements.js';
import { printable } from '../names.js';
import { checkShape } from '../support/operator-site.js';
import { UnreadableError } from '../support/unreadable.js';
import type { FlatNode } from './flatten.js';
import { Flattener } from './flatten.js';
import type { GraphDef, GraphNode, SignatureTensor, TensorValues } from './graph-def.js';
import { CONVERT_AGAIN } from './graph-def.js';
import type { Constant, Operand } from './operand.js';
import { activation } from './operand.js';
import { FOLDED, folded } from './operators/fold.js';
import { adviceForOperation, NODES } from './registry.js';
import { Budget, NodeSite, notFinite } from './site.js';

const MOST_PROBLEMS = 20;

/** What a graph is lowered from. */
export interface GraphSource {
  readonly graph: GraphDef;
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
  /** The numbers of a constant or of a variable, by its node; undefined where the file has none. */
  readonly values: (node: GraphNode) => (() => TensorValues) | undefined;
}

/**
 * @param model its name, and its file's name for messages
 * @throws KwsError (exit code 2) with one problem for every node that is not read
 */
export function lowerGraph(
  source: GraphSource,
  model: { readonly name: string; readonly file: string },
): ModelDescription {
  try {
    return new GraphLowering(source, model.name, model.file).run();
  } catch (error) {
    if (error instanceof UnreadableError)
      throw inputError({ where: model.file, what: error.what, next: error.next }, { cause: error });
    throw error;
  }
}

class GraphLowering {
  private readonly builder: ModelBuilder;
  private readonly budget = new Budget();
  private readonly problems: Problem[] = [];
  private readonly labels = new Map<string, number>();
  /** Nothing for a node with a problem, or behind one. */
  private readonly results = new Map<FlatNode, Operand | undefined>();

  constructor(
    private readonly source: GraphSource,
    name: string,
    private readonly file: string,
  ) {
    this.builder = new ModelBuilder(name);
  }

  run(): ModelDescription {
    const { graph, outputs } = this.source;
    const [output] = outputs;
    if (output === undefined || outputs.length !== 1)
      throw new UnreadableError(
        `has ${outputs.length} outputs: ${named(outputs)}; models with one are read`,
        'save a model of one input and one output, made of its layers',
      );
    const { nodes, output: last } = new Flattener(graph).order(output.tensor);
    this.expectOneInput(nodes);
    for (const flat of nodes) this.results.set(flat, this.attempt(flat));
    if (this.problems.length > 0) throw inputError(this.reported());
    const flat = nodes.at(-1)!;
    const result = this.results.get(flat);
    if (flat.node !== last.node || result?.kind !== 'activation' || last.index !== 0)
      throw new UnreadableError(
        'computes its output from constants alone',
        'give the model that was trained',
      );
    const description = this.builder.build([result.id]);
    if (description.operators.length === 0)
      throw new UnreadableError('has no node that computes anything', 'give the model that was trained');
    return description;
  }

  private expectOneInput(nodes: readonly FlatNode[]): void {
    const placeholders = nodes.filter(({ node }) => node.op === 'Placeholder').map(({ node }) => node.name);
    if (placeholders.length > 1)
      throw new UnreadableError(
        `has ${placeholders.length} inputs: ${printable(placeholders.join(', '))}; models with one are read`,
        'save a model of one input and one output, made of its layers',
      );
  }

  private reported(): readonly Problem[] {
    const more = this.problems.length - MOST_PROBLEMS;
    return [
      ...this.problems.slice(0, MOST_PROBLEMS),
      ...(more > 0 ? [{ what: `${more} more nodes have problems` }] : []),
    ];
  }

  private attempt(flat: FlatNode): Operand | undefined {
    const { node } = flat;
    try {
      return this.lower(flat);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      this.problems.push({
        where: `${this.file}, node ${printable(node.name)} (${printable(node.op)})`,
        what: error.what,
        next: error.next,
      });
      return undefined;
    }
  }

  private lower(flat: FlatNode): Operand | undefined {
    const { node } = flat;
    if (node.op === 'Placeholder') return this.input(node);
    if (node.op === 'Const') return this.constant(node);
    if (node.op === 'VarHandleOp') return { kind: 'variable', read: () => this.constant(node) };
    if (node.op === 'VariableV2' || node.op === 'Variable') return this.constant(node);
    const lowering = Object.hasOwn(NODES, node.op) ? NODES[node.op] : undefined;
    // Said even where an input has a problem: all that must change is named at once.
    if (lowering === undefined && node.op !== 'ReadVariableOp' && !Object.hasOwn(FOLDED, node.op))
      throw unknownOperation(node.op);
    const inputs: Operand[] = [];
    for (const input of flat.inputs) {
      const operand = this.results.get(input.from);
      // A node behind one with a problem has none of its own.
      if (operand === undefined) return undefined;
      // All nodes that are read have one output; batch norms have more, for training.
      if (
        input.index !== 0 ||
        (input.output !== '' && /^FusedBatchNorm/.test(input.from.node.op) && input.output !== 'y')
      )
        throw new UnreadableError(
          `takes output ${input.output} ${input.index} of ${printable(input.from.node.name)}, which is not read`,
          'save the model for inference',
        );
      inputs.push(operand);
    }
    const [first] = inputs;
    if (node.op === 'ReadVariableOp' && first?.kind === 'variable') return first.read();
    const site = new NodeSite(node, this.label(node.name), this.builder, this.budget);
    const known = folded(site, inputs);
    if (known !== undefined) return known;
    if (lowering === undefined) throw unknownOperation(node.op);
    return lowering(site, inputs);
  }

  /** Nodes of two functions may have one name. */
  private label(name: string): string {
    const times = this.labels.get(name) ?? 0;
    this.labels.set(name, times + 1);
    return times === 0 ? name : `${name}#${times}`;
  }

  private constant(node: GraphNode): Constant {
    const values = this.source.values(node);
    if (values === undefined)
      throw new UnreadableError('has no values in the file', 'copy all files of the model again');
    const found = values();
    this.budget.spend(found.values.length);
    for (let i = 0; found.type === 'float' && i < found.values.length; i++)
      // Infinities may be limits; they are checked where they become weights.
      if (Number.isNaN(found.values[i])) throw notFinite(node.name, Number.NaN, i);
    return { kind: 'constant', name: node.name, ...found };
  }

  private input(node: GraphNode): Operand {
    const signature = this.source.inputs.find(({ tensor }) => tensor.replace(/:0$/, '') === node.name);
    const own = node.attributes.get('shape')?.shape;
    const shape = own === undefined || own === null ? signature?.shape : own;
    if (node.attributes.get('dtype')?.type !== 1)
      throw new UnreadableError(
        'takes something else than float32',
        'give a model that takes the float features of a front end',
      );
    if (shape === undefined || shape === null || shape.length === 0)
      throw new UnreadableError('does not say what shape the input has', OPEN);
    const [batch = 0, ...rest] = shape;
    if (rest.some((dim) => dim < 0))
      throw new UnreadableError(
        `has the dynamic input shape ${shape
          .slice(0, 8)
          .map((dim) => (dim < 0 ? '?' : dim))
          .join('x')}; only the batch may be open`,
        OPEN,
      );
    if (batch > 1)
      throw new UnreadableError(
        `takes batches of ${batch}: ${shapeText(shape.slice(0, 8))}; one input at a time is read`,
        'save the model with an open batch, or a batch of 1',
      );
    const known = [1, ...rest];
    checkShape(known);
    const id = this.builder.input(signature?.key ?? node.name, known, {}, 'float32');
    return activation({ id, shape: known });
  }
}

function unknownOperation(op: string): UnreadableError {
  return new UnreadableError(
    `is an operation of the kind ${printable(op)}, which kws-gen does not read`,
    adviceForOperation(op),
  );
}

const OPEN = 'save the model with a fixed input shape';

const named = (list: readonly SignatureTensor[]) =>
  printable(list.map(({ key }) => key).join(', ')) || 'none';

/** Values of Const nodes that stand in the graph itself. */
export function ownValues(node: GraphNode): (() => TensorValues) | undefined {
  const value = node.attributes.get('value');
  if (value?.tensor === undefined) return undefined;
  return value.tensor;
}

/** @throws UnreadableError for a shape that is none, or of too many elements */
export function checkedShape(shape: readonly number[]): readonly number[] {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (shape.length > 8 || shape.some((dim) => !Number.isInteger(dim) || dim < 0) || !(count <= 1 << 24))
    throw new UnreadableError('has a constant with a shape that makes no sense', CONVERT_AGAIN);
  return shape;
}
