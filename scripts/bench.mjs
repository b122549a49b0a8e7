/** `npm run bench`: sets up what is missing and measures; see bench/run.ts. */
import { runTypeScript } from './run-ts.mjs';
import { setup } from './setup.mjs';

await setup({ dev: true });
process.exitCode = runTypeScript('bench/run.ts', process.argv.slice(2));
