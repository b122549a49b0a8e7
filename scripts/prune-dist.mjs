/** Removes from dist/ what no module of src/ gives any more, so that it is not packed. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || entry.name === '.tsbuildinfo') continue;
  const source = relative(dist, path).replace(/(\.d)?\.(ts|js)$/, '.ts');
  if (!existsSync(join(root, 'src', source))) rmSync(path);
}
