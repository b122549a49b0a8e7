/** Which size of network a board has time for: the estimate that building shows, before anything is trained. */
import type { ResolvedBoard } from '../../boards/types.js';
import { toolError } from '../../diagnostics/errors.js';
import { estimateLoad, HIGH_LOAD } from '../../estimate/load.js';
import { readModel } from '../../readers/read-model.js';
import { exportTfjs, type NetworkSize, networkOf, weightsOf } from '../../train/network.js';
import { HOP } from '../../train/project.js';
import { frontendSpec } from '../../train/train.js';
import { sketchInt8 } from './inspect-float.js';

/** A window of a second and a half: longer than most phrases need. */
const FRAMES = 73;

export interface SizeChoice {
  readonly size: NetworkSize;
  /** Of the sizes that were looked at; none where a board's load cannot be estimated. */
  readonly loads: readonly { readonly size: NetworkSize; readonly load: number }[];
}

/**
 * m, or s where m would keep the board busy for more than seven tenths of the time; l only by name.
 *
 * @throws toolError where a board has time for neither
 */
export async function sizeOn(board: ResolvedBoard): Promise<SizeChoice> {
  const loads: { size: NetworkSize; load: number }[] = [];
  for (const size of ['m', 's'] as const) {
    const load = await loadOf(size, board);
    if (load === undefined) return { size: 'm', loads };
    loads.push({ size, load });
    if (load <= (size === 's' ? 1 : HIGH_LOAD)) return { size, loads };
  }
  throw toolError({
    what: `even the smallest network would keep ${board.id} busy for ${Math.round(100 * loads[1]!.load)} % of the time`,
    where: `--board ${board.id}`,
    why: 'this is an estimate for whole windows of 1.5 s',
    next: 'name a faster board, or --size s to train it all the same',
  });
}

async function loadOf(size: NetworkSize, board: ResolvedBoard): Promise<number | undefined> {
  const frontend = frontendSpec();
  const network = networkOf(size, FRAMES, frontend.channels);
  const listed = weightsOf(network);
  const values = listed.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const data = new Uint8Array(new Float32Array(values).fill(0.1).buffer);
  const { json, weights } = exportTfjs(size, network, { listed, data, featureScale: 1 });
  const float = await readModel(new TextEncoder().encode(json), 'model.json', async () => weights);
  const sketch = sketchInt8(float);
  if ('problems' in sketch) return undefined;
  const models = [{ name: size, model: sketch.model, hop: HOP }];
  return estimateLoad({ frontend, models }, board, 'aot')?.load;
}
