import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { FieldValue } from '../json.js';
import { readFormFields } from './dispatch.js';

const guard = z.strictObject({
  name: z.string(),
  days: z.int().min(1).max(30).prefault(14),
  share: z.number().nullable().optional(),
  isSure: z.boolean().prefault(false),
  sizes: z.array(z.int()).optional(),
});
const read = (sent: Record<string, FieldValue>) =>
  Object.fromEntries(readFormFields(guard, new Map(Object.entries(sent))));

test('a form says what JSON says', () => {
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
