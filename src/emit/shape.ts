/**
 * lib/kws_app/include/kws_app/shape.h of a firmware project: what of the application it needs.
 *
 * Owns: the values. Leaves to others: what is left out by them (templates/lib/kws_app), and the library's own file
 * of that name, with which it can do everything.
 */
import type { ResolvedBoard } from '../boards/types.js';
import type { ResolvedProject } from '../project/types.js';
import { bannerLines, type GeneratedBy } from './banner.js';
import { captureRate, storesInputs, takesTransposed } from './buffers.js';
import { fillTemplate } from './templates.js';

/** Path in the firmware project. */
export const SHAPE_FILE = 'lib/kws_app/include/kws_app/shape.h';

export function renderShape(project: ResolvedProject, board: ResolvedBoard, by: GeneratedBy): string {
  const { frontend, models } = project;
  const heard = frontend.kind !== 'none';
  return fillTemplate('shape.h', {
    banner: bannerLines(by),
    models: models.length,
    frontend: heard,
    resampler: heard && captureRate(project, board) !== frontend.sampleRate,
    keepsFrames: heard && !storesInputs(project),
    keepsInputs: heard && storesInputs(project),
    transposed: models.some((model) => takesTransposed(project, model)),
    floats: models.some(({ model: { tensors, inputs, outputs } }) =>
      [...inputs, ...outputs].some((tensor) => tensors[tensor]!.type === 'float32'),
    ),
  });
}
