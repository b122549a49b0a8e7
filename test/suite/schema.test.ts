import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { suiteJsonSchema } from '../../src/suite/schema.js';
import { root } from '../support/native.js';

test('schemas/suite.schema.json is fresh (KWS_UPDATE_SCHEMAS=1 writes it)', () => {
  const path = join(root, 'schemas', 'suite.schema.json');
  if (process.env.KWS_UPDATE_SCHEMAS === '1') writeFileSync(path, suiteJsonSchema());
  expect(readFileSync(path, 'utf8')).toBe(suiteJsonSchema());
});
