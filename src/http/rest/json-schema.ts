import { z } from 'zod';
import type { JsonObject } from '../../core/base/json.js';

const jsonObjectGuard = z.record(z.string(), z.json());

export function toJsonSchema(guard: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...schema } = jsonObjectGuard.parse(z.toJSONSchema(guard, { target: 'draft-2020-12', io }));
  return schema;
}

const objectGuard = z.object({
  properties: z.record(z.string(), z.json()).default({}),
  required: z.array(z.string()).default([]),
});

export function describeFields(guard: z.ZodObject): z.infer<typeof objectGuard> {
  return objectGuard.parse(toJsonSchema(guard, 'input'));
}

const fieldGuard = z.object({
  type: z.union([z.string(), z.array(z.string())]).default([]),
  enum: z.array(z.json()).default([]),
  const: z.json().optional(),
  get items() {
    return fieldGuard.optional();
  },
  get anyOf() {
    return z.array(fieldGuard).default([]);
  },
});

function takesText({ type, enum: values, const: only, anyOf }: z.output<typeof fieldGuard>): boolean {
  const isText = [type].flat().includes('string') || [...values, only].some((value) => typeof value === 'string');
  return isText || anyOf.some(takesText);
}

/** How a field of a form or query that is not text is read: as JSON, or as the only text of a list. */
export type FormKind = 'json' | 'list';

const knownKinds = new WeakMap<z.ZodObject, ReadonlyMap<string, FormKind>>();

/** Returns the kinds of the fields that are not text. */
export function formKindsOf(guard: z.ZodObject): ReadonlyMap<string, FormKind> {
  const known = knownKinds.get(guard);
  if (known !== undefined) return known;
  const fields = Object.entries(describeFields(guard).properties).map(
    ([name, property]) => [name, fieldGuard.parse(property)] as const,
  );
  const kinds = fields.flatMap(([name, field]): [string, FormKind][] => {
    if (takesText(field)) return [];
    const isList = [field, ...field.anyOf].some(({ items }) => items !== undefined && takesText(items));
    return [[name, isList ? 'list' : 'json']];
  });
  const found = new Map(kinds);
  knownKinds.set(guard, found);
  return found;
}

export const asJson = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });

/** Describes lines of JSON, of which each has the schema. */
export const asJsonLines = (schema: JsonObject): JsonObject => ({ 'application/x-ndjson': { schema } });
