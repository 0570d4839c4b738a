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

export const asJson = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });

/** Describes lines of JSON, of which each has the schema. */
export const asJsonLines = (schema: JsonObject): JsonObject => ({ 'application/x-ndjson': { schema } });
