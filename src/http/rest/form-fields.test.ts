import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { createDescribedEndpoints } from '../../../scripts/reference/described-endpoints.js';
import type { FieldValue } from '../json.js';
import { readFormFields } from './dispatch.js';
import { describeFields } from './json-schema.js';

const guard = z.strictObject({
  name: z.string(),
  days: z.int().min(1).max(30).prefault(14),
  share: z.number().nullable().optional(),
  isSure: z.boolean().prefault(false),
  sizes: z.array(z.int()).optional(),
});
const form = { days: 'json', share: 'json', isSure: 'json', sizes: 'json' } as const;
const read = (sent: Record<string, FieldValue>) =>
  Object.fromEntries(readFormFields(form, new Map(Object.entries(sent))));

test('form fields are parsed to the same values as JSON fields', () => {
  const values = fc.record({
    name: fc.string(),
    days: fc.integer({ min: 1, max: 30 }),
    isSure: fc.boolean(),
    share: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    sizes: fc.array(fc.integer()),
  });
  fc.assert(
    fc.property(values, ({ name, ...others }) => {
      const asText = Object.entries(others).map(([field, value]) => [field, JSON.stringify(value)] as const);
      // JSON knows no negative zero.
      const inJson = JSON.parse(JSON.stringify({ name, ...others }));
      expect(guard.parse(read({ name, ...Object.fromEntries(asText) }))).toEqual(guard.parse(inJson));
    }),
  );
});

const schemaGuard = z.object({
  type: z.union([z.string(), z.array(z.string())]).default([]),
  enum: z.array(z.json()).default([]),
  const: z.json().optional(),
  get items() {
    return schemaGuard.optional();
  },
  get anyOf() {
    return z.array(schemaGuard).optional();
  },
});

function takesText({ type, enum: values, const: only, anyOf = [] }: z.output<typeof schemaGuard>): boolean {
  const isText = [type].flat().includes('string') || [...values, only].some((value) => typeof value === 'string');
  return isText || anyOf.some(takesText);
}

test('each endpoint declares how a form encodes its non-text fields', async () => {
  for (const { path, fieldsGuard, form } of await createDescribedEndpoints()) {
    const expected = Object.entries(describeFields(fieldsGuard).properties).flatMap(([name, property]) => {
      const schema = schemaGuard.parse(property);
      if (takesText(schema)) return [];
      const isList = [schema, ...(schema.anyOf ?? [])].some(({ items }) => items !== undefined && takesText(items));
      return [[name, isList ? 'list' : 'json']];
    });
    expect({ path, form }).toEqual({ path, form: Object.fromEntries(expected) });
  }
});
