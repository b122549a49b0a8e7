import { expect, test } from 'vitest';
import { openProjectModel } from '../../src/commands/models.js';
import { describedModel } from '../../src/model/builder.js';
import { writeModel } from '../../src/tflite/build.js';
import { dense, streaming } from '../model/sample-models.js';
import { inputErrorOf } from '../support/errors.js';

test('a model that firmware cannot compute is refused when it is opened, whatever the command', async () => {
  const open = await openProjectModel();
  const file = writeModel(describedModel(dense('float32', 'float32')));
  expect(inputErrorOf(() => open(file, 'd.tflite'))).toContain('is a float model');
  expect(open(writeModel(describedModel(streaming())), 's.tflite').operators.length).toBeGreaterThan(0);
});
