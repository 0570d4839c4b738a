import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { FieldValue } from '../json.js';
import { readFormFields } from './dispatch.js';
import { formKindsOf } from './json-schema.js';

const guard = z.strictObject({
  name: z.string(),
  days: z.int().min(1).max(30).prefault(14),
  share: z.number().nullable().optional(),
  isSure: z.boolean().prefault(false),
  sizes: z.array(z.int()).optional(),
});
const names = z.array(z.string()).nullable();
const read = (sent: Record<string, FieldValue>) =>
  Object.fromEntries(readFormFields(guard, new Map(Object.entries(sent))));

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

test('a list of texts may be one text, and other fields that are not text are JSON', () => {
  const fields = { ...guard.shape, kind: z.enum(['a', 'b']), level: z.union([z.int(), z.string()]), names };
  expect([...formKindsOf(z.strictObject(fields))]).toEqual([
    ...['days', 'share', 'isSure', 'sizes'].map((name) => [name, 'json']),
    ['names', 'list'],
  ]);
});
