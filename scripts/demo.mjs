/** `npm run demo`: sets up what is missing, builds the example for a virtual board and plays its clips to it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
await setup();
const args = [
  'flash',
  '--board',
  'virtual-cortex-m4',
  '--play',
  'chirp.wav',
  '--play',
  'other.wav',
  ...process.argv.slice(2),
];
process.stderr.write(`> kws-gen ${args.join(' ')}\n`);
const result = spawnSync(process.execPath, [join(root, 'dist', 'cli.js'), ...args], {
  cwd: join(root, 'examples', 'chirp'),
  stdio: 'inherit',
});
process.exitCode = result.status ?? 1;
