import { z } from 'zod';
import { type FieldValue, parseJsonFields } from '../json.js';
import { describeFields } from './json-schema.js';

type Kind = 'text' | 'texts' | 'json';

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

function takesText({ type, enum: values, const: only, anyOf }: z.output<typeof schemaGuard>): boolean {
  return (
    [type].flat().includes('string') ||
    [...values, only].some((value) => typeof value === 'string') ||
    (anyOf ?? []).some(takesText)
  );
}

function kindOf(property: unknown): Kind {
  const schema = schemaGuard.parse(property);
  if (takesText(schema)) return 'text';
  const isList = [schema, ...(schema.anyOf ?? [])].some(({ items }) => items !== undefined && takesText(items));
  return isList ? 'texts' : 'json';
}

const kindsByGuard = new WeakMap<z.ZodObject, ReadonlyMap<string, Kind>>();

function kindsOf(guard: z.ZodObject): ReadonlyMap<string, Kind> {
  const known = kindsByGuard.get(guard);
  if (known !== undefined) return known;
  const kinds = new Map(
    Object.entries(describeFields(guard).properties).map(([name, schema]) => [name, kindOf(schema)] as const),
  );
  kindsByGuard.set(guard, kinds);
  return kinds;
}

/**
 * Converts form fields to JSON values.
 * @returns unreadable values unchanged, so that the guard names them in its refusal
 * @see https://spec.openapis.org/oas/v3.1.0#considerations-for-multipart-content
 */
export function readFormFields(
  guard: z.ZodObject,
  sent: ReadonlyMap<string, FieldValue>,
): ReadonlyMap<string, FieldValue> {
  const kinds = kindsOf(guard);
  return new Map(Array.from(sent, ([name, value]) => [name, readAs(kinds.get(name) ?? 'text', value)] as const));
}

function readAs(kind: Kind, value: FieldValue): FieldValue {
  if (kind === 'text' || typeof value !== 'string') return value;
  return kind === 'texts' ? [value] : parseText(value);
}

function parseText(text: string): FieldValue {
  try {
    const fields = parseJsonFields(Buffer.from(`{"value":${text}}`));
    return fields.size === 1 ? (fields.get('value') ?? null) : text;
  } catch {
    return text;
  }
}
