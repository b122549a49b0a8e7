/** What the interpreter's operators are told to put out, through the interface of the newer generations. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildNative, libraryRoot, root, runNative } from '../support/native.js';

test('every operator of the model, none of those that only serve variables', async () => {
  const own = join(root, 'test', 'native');
  const executable = await buildNative({
    name: 'operator-trace',
    libraries: [],
    sources: [join(own, 'operator-trace-driver.cpp')],
    includes: [
      join(own, 'tflm-interface'),
      ...['kws_model', 'kws_model_tflm'].map((library) => join(libraryRoot, library, 'include')),
    ],
  });
  const inference = (count: number) => [`7 0 6 ${count}`, `8 0 6 ${count + 1}`, `8 1 16 0`, '9'];
  expect((await runNative(executable, '')).trimEnd().split('\n')).toEqual([
    ...[...inference(1), ...inference(3)],
    // The other model's kernel adds nothing.
    '7 0 6 4',
  ]);
});
