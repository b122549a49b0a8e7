/** Which network a board has time for: the estimate that building shows, before anything is trained. */
import type { ResolvedBoard } from '../../boards/types.js';
import { toolError } from '../../diagnostics/errors.js';
import { estimateLoad, HIGH_LOAD } from '../../estimate/load.js';
import { frameChannels } from '../../frontend/spec.js';
import { exportFloat } from '../../train/export.js';
import { frontendSpec, type TrainFrontend } from '../../train/frontends.js';
import { type NetworkKind, type NetworkSize, networkOf, weightsOf } from '../../train/network.js';
import { HOP } from '../../train/project.js';
import { sketchInt8 } from './inspect-float.js';

/** A window of a second and a half: longer than most phrases need. */
const FRAMES = 73;

interface Candidate {
  readonly network: NetworkKind;
  readonly size: NetworkSize;
}

export interface SizeChoice extends Candidate {
  /** Of the networks that were looked at; none where a board's load cannot be estimated. */
  readonly loads: readonly (Candidate & { readonly load: number })[];
}

/** In the order in which they are tried, and the load that is not too much for them. */
const CANDIDATES: readonly (Candidate & { readonly most: number })[] = [
  { network: 'window', size: 'm', most: HIGH_LOAD },
  { network: 'window', size: 's', most: 1 },
  { network: 'streaming', size: 'm', most: HIGH_LOAD },
  { network: 'streaming', size: 's', most: 1 },
];

/**
 * Of the wanted kind m, or s where m would keep the board busy for more than seven tenths of the time; a streaming
 * one where a board has no time for windows, unless windows are wanted. l only by name.
 *
 * @throws toolError where a board has time for none
 */
export async function sizeOn(
  board: ResolvedBoard,
  preset: TrainFrontend,
  wanted?: NetworkKind,
): Promise<SizeChoice> {
  const loads: (Candidate & { load: number })[] = [];
  for (const { network, size, most } of CANDIDATES) {
    if (wanted !== undefined && network !== wanted) continue;
    const load = await loadOf({ network, size }, preset, board);
    if (load === undefined) return { network, size: 'm', loads };
    loads.push({ network, size, load });
    if (load <= most) return { network, size, loads };
  }
  throw toolError({
    what: `even the smallest network would keep ${board.id} busy for ${Math.round(100 * loads.at(-1)!.load)} % of the time`,
    where: `--board ${board.id}`,
    why: 'this is an estimate for a phrase of 1.5 s',
    next: `name a faster board${wanted === 'window' ? ', leave --network out' : ''}, or --size s to train it all the same`,
  });
}

async function loadOf(
  { network: kind, size }: Candidate,
  preset: TrainFrontend,
  board: ResolvedBoard,
): Promise<number | undefined> {
  const frontend = frontendSpec(preset);
  const network = networkOf(kind, size, FRAMES, frameChannels(frontend));
  const listed = weightsOf(network);
  const values = listed.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const data = new Uint8Array(new Float32Array(values).fill(0.1).buffer);
  const { model: float } = await exportFloat(size, network, { listed, data, featureScale: 1 });
  const sketch = sketchInt8(float);
  if ('problems' in sketch) return undefined;
  const models = [{ name: size, model: sketch.model, hop: HOP }];
  return estimateLoad({ frontend, models }, board, 'aot')?.load;
}
