/** How commands open model files. */
import type { ModelOpener } from '../project/resolve.js';

/** A model that firmware can be made of: read, verified, int8 throughout. */
export async function openProjectModel(): Promise<ModelOpener> {
  const { openModel } = await import('../readers/index.js');
  return openModel;
}
