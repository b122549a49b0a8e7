import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kwsJsonSchema } from '../../src/project/schema.js';
import { root } from '../support/native.js';

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | false;
}

describe('schemas/kws.schema.json', () => {
  test('is fresh (KWS_UPDATE_SCHEMAS=1 writes it)', () => {
    const path = join(root, 'schemas', 'kws.schema.json');
    if (process.env.KWS_UPDATE_SCHEMAS === '1') writeFileSync(path, kwsJsonSchema());
    expect(readFileSync(path, 'utf8')).toBe(kwsJsonSchema());
  });

  test('every field tells an editor what it is for, and no other fields are allowed', () => {
    const undescribed: string[] = [];
    const open: string[] = [];
    const walk = (schema: JsonSchema, place: string) => {
      if (schema.properties !== undefined && schema.additionalProperties !== false) open.push(place);
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        if (field.description === undefined) undescribed.push(`${place}.${name}`);
        walk(field, `${place}.${name}`);
      }
      for (const branch of schema.anyOf ?? []) walk(branch, place);
      if (schema.items !== undefined) walk(schema.items, `${place}[]`);
      if (schema.additionalProperties) walk(schema.additionalProperties, `${place}.*`);
    };
    walk(JSON.parse(kwsJsonSchema()) as JsonSchema, 'kws.json');
    expect(undescribed).toEqual([]);
    expect(open).toEqual([]);
  });
});
