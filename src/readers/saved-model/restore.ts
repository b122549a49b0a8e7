/**
 * Which variable of the files belongs to which node: what the model's own restore operation would assign.
 *
 * A SavedModel restores itself by running nodes (SaverDef.restore_op_name): RestoreV2 reads variables by their
 * keys, AssignVariableOp gives them to handles. Reading those nodes needs neither the names of variables, which
 * may repeat, nor the object graph beside them.
 *
 * Keras 3 models that `tf.saved_model.save` writes restore copies: variables that are initialised by reading the
 * one that the model uses. What such a copy restores is the original's value.
 */
import type { Frame } from '../graph/flatten.js';
import { CALLS, dataInput, Flattener } from '../graph/flatten.js';
import type { GraphDef, GraphNode } from '../graph/graph-def.js';
import { UnreadableError } from '../support/unreadable.js';

const ASSIGNS: ReadonlySet<string> = new Set(['AssignVariableOp', 'Assign']);
const MOST_FRAMES = 1000;

/** Keys of variables by the node that holds them. @throws UnreadableError */
export function restoredKeys(graph: GraphDef, restore: string): ReadonlyMap<GraphNode, string> {
  const flattener = new Flattener(graph);
  const keys = new Map<GraphNode, string>();
  // Newer models restore in a function; those of TensorFlow 1 by nodes of the graph itself.
  const frames: Frame[] = [flattener.main];
  const named = new Map<GraphNode, readonly string[]>();
  const copies: { readonly copy: GraphNode; readonly original: GraphNode }[] = [];
  for (let next = 0; next < frames.length; next++) {
    const frame = frames[next]!;
    for (const node of frame.nodes.values()) {
      if (
        CALLS.has(node.op) &&
        (frame !== flattener.main || node.name === restore) &&
        frames.length < MOST_FRAMES
      )
        frames.push(flattener.enter(frame, node));
      if (!ASSIGNS.has(node.op)) continue;
      const value = flattener.resolve(frame, dataInput(node, 1));
      const holder = () => flattener.resolve(frame, dataInput(node, 0)).node;
      if (value.node.op === 'ReadVariableOp') {
        const original = flattener.resolve(value.frame, dataInput(value.node, 0)).node;
        copies.push({ copy: holder(), original });
      }
      if (value.node.op !== 'RestoreV2') continue;
      const key = keysOf(flattener, value.frame, value.node, named)[value.index];
      if (key !== undefined) keys.set(holder(), key);
    }
  }
  for (const { copy, original } of copies) {
    const key = keys.get(copy);
    if (key !== undefined && !keys.has(original)) keys.set(original, key);
  }
  return keys;
}

/** RestoreV2: prefix, names of tensors, slices. */
function keysOf(
  flattener: Flattener,
  frame: Frame,
  restore: GraphNode,
  known: Map<GraphNode, readonly string[]>,
): readonly string[] {
  const found = known.get(restore);
  if (found !== undefined) return found;
  const { node } = flattener.resolve(frame, dataInput(restore, 1));
  const texts = node.attributes.get('value')?.tensorTexts;
  if (node.op !== 'Const' || texts === undefined)
    throw new UnreadableError(
      'does not say which variables it restores',
      'save the model again, or give its Keras file',
    );
  const keys = texts();
  known.set(restore, keys);
  return keys;
}
