import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { FieldValue } from '../http/json.js';
import { scopesField } from './fields.js';
import { readFormFields } from './form-fields.js';

const guard = z.strictObject({
  name: z.string(),
  kind: z.enum(['a', 'b']).nullable().optional(),
  level: z.union([z.literal([1, 2]), z.enum(['1', '2'])]).prefault(1),
  days: z.int().min(1).max(30).prefault(14),
  share: z.number().nullable().optional(),
  isSure: z.boolean().prefault(false),
  ids: z.array(z.string()).optional(),
  words: z
    .array(z.enum(['yes', 'no']))
    .nullable()
    .optional(),
  scopes: scopesField.optional(),
  sizes: z.array(z.int()).optional(),
  place: z.strictObject({ city: z.string(), floor: z.int() }).optional(),
});
const read = (sent: Record<string, FieldValue>) =>
  Object.fromEntries(readFormFields(guard, new Map(Object.entries(sent))));

test('text stays as it is, also where it looks like something else', () => {
  const sent = { name: '12', kind: 'a', level: '2', unknown: '["x"]' };
  expect(read(sent)).toEqual(sent);
});

test('what is no text is read as JSON', () => {
  expect(read({ days: '9', share: '0.5', isSure: 'true', sizes: '[1,2]', place: '{"city":"Ulm","floor":2}' })).toEqual({
    ...{ days: 9, share: 0.5, isSure: true, sizes: [1, 2], place: { city: 'Ulm', floor: 2 } },
  });
  expect(read({ share: 'null' })).toEqual({ share: null });
});

test('a list of texts is a field that is repeated, or stands once', () => {
  expect(read({ ids: 'one', words: ['yes', 'no'] })).toEqual({ ids: ['one'], words: ['yes', 'no'] });
  expect(guard.parse({ name: '', ...read({ scopes: 'verify' }) }).scopes).toEqual(['verify']);
});

test('in JSON scopes are a list', () => {
  expect(guard.safeParse({ name: '', scopes: 'verify' }).success).toBe(false);
});

describe('what is none of it stays as it was sent, for the guard to refuse', () => {
  test.each(['', 'nine', '9,"name":"other"', '9}{', '{"a":1,"a":2}', '{"__proto__":1}', '/* nine */ 9', '[[[[[9]]]]]'])(
    '%j',
    (days) => {
      expect(read({ days })).toEqual({ days });
      expect(guard.safeParse({ name: '', ...read({ days }) }).success).toBe(false);
    },
  );

  test('a number that is given twice', () => {
    expect(guard.safeParse({ name: '', ...read({ days: ['9', '9'] }) }).success).toBe(false);
  });
});

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
