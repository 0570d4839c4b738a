import { z } from 'zod';

/*
 * Converts schemas of an OpenAPI 3.0 description to JSON Schemas that reject undescribed properties. Parts of `allOf`
 * are merged first, because together they describe one object.
 */

export type Schema = Readonly<Record<string, unknown>>;

/** Direction of a value. The request omits `readOnly` fields, the response `writeOnly` fields. */
export type Direction = 'request' | 'response';

export const schemaGuard = z.record(z.string(), z.unknown());
const discriminatorGuard = z.object({ propertyName: z.string(), mapping: z.record(z.string(), z.string()) });
const namesGuard = z.array(z.string());
const schemasGuard = z.array(schemaGuard);

const refPrefix = '#/components/schemas/';
const nameOf = (ref: string): string => {
  if (!ref.startsWith(refPrefix)) throw new Error(`a reference elsewhere: ${ref}`);
  return ref.slice(refPrefix.length);
};

/** Keywords that are copied unchanged. */
const plainKeywords = [
  'type',
  'enum',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
];

interface Merged {
  readonly keywords: Record<string, unknown>;
  readonly properties: Record<string, Schema>;
  readonly required: Set<string>;
  readonly choices: Schema[];
}

const nothing: Merged = { keywords: {}, properties: {}, required: new Set(), choices: [] };

export function createSchemas(
  schemas: Readonly<Record<string, Schema>>,
  define: (key: string, schema: Schema) => void,
) {
  const defined = new Set<string>();
  const find = (ref: string): Schema => {
    const schema = schemas[nameOf(ref)];
    if (schema === undefined) throw new Error(`no schema ${ref}`);
    return schema;
  };

  const merge = (schema: Schema, into: Merged, isBase: boolean): void => {
    if (typeof schema.$ref === 'string') {
      merge(find(schema.$ref), into, isBase);
      return;
    }
    for (const name of plainKeywords) if (schema[name] !== undefined) into.keywords[name] = schema[name];
    if (schema.nullable === true) into.keywords.nullable = true;
    if (schema.additionalProperties !== undefined) into.keywords.additionalProperties = schema.additionalProperties;
    if (schema.items !== undefined) into.keywords.items = schema.items;
    Object.assign(into.properties, z.record(z.string(), schemaGuard).parse(schema.properties ?? {}));
    for (const name of namesGuard.parse(schema.required ?? [])) into.required.add(name);
    const parts = schemasGuard.parse(schema.allOf ?? []);
    // If `allOf` has a single part, this schema only adds a description to it.
    for (const part of parts) merge(part, into, isBase || parts.length > 1);
    const isChoice = schema.oneOf !== undefined || schema.anyOf !== undefined;
    if (isChoice || (!isBase && schema.discriminator !== undefined)) into.choices.push(schema);
  };

  const isFlagged = (schema: Schema, flag: string): boolean =>
    schema[flag] === true ||
    (typeof schema.$ref === 'string' && isFlagged(find(schema.$ref), flag)) ||
    schemasGuard.parse(schema.allOf ?? []).some((part) => isFlagged(part, flag));
  const isSent = (schema: Schema, direction: Direction): boolean =>
    !isFlagged(schema, direction === 'request' ? 'readOnly' : 'writeOnly');

  const toChoice = (schema: Schema, base: Merged, direction: Direction): Schema => {
    const { data } = discriminatorGuard.safeParse(schema.discriminator);
    if (data !== undefined) {
      const { propertyName, mapping } = data;
      const branches = Object.entries(mapping).map(([value, ref]) => {
        const tagged = { properties: { [propertyName]: { enum: [value] } }, required: [propertyName] };
        return { if: { not: tagged }, else: toShared(ref, direction, 'branch') };
      });
      const known = { properties: { [propertyName]: { enum: Object.keys(mapping) } }, required: [propertyName] };
      return { allOf: [known, ...branches] };
    }
    const branches = schemasGuard.parse(schema.oneOf ?? schema.anyOf);
    return { anyOf: branches.map((branch) => toJsonSchema(branch, direction, base)) };
  };

  const toJsonSchema = (schema: Schema, direction: Direction, around?: Merged): Schema => {
    if (typeof schema.$ref === 'string' && around === undefined) return toShared(schema.$ref, direction, 'whole');
    return toOwn(schema, direction, around);
  };

  /** Defines a named schema once, because some schemas contain themselves. */
  const toShared = (ref: string, direction: Direction, role: 'whole' | 'branch'): Schema => {
    const key = `urn:${direction}:${role}:${nameOf(ref)}`;
    if (!defined.has(key)) {
      defined.add(key);
      define(key, toOwn({ $ref: ref }, direction, role === 'branch' ? nothing : undefined));
    }
    return { $ref: key };
  };

  const toOwn = (schema: Schema, direction: Direction, around?: Merged): Schema => {
    const merged: Merged = { keywords: {}, properties: {}, required: new Set(), choices: [] };
    if (around !== undefined) {
      Object.assign(merged.properties, around.properties);
      for (const name of around.required) merged.required.add(name);
    }
    merge(schema, merged, around !== undefined);
    const { keywords, properties, required, choices } = merged;
    const { nullable, items, additionalProperties, ...plain } = keywords;
    const sent = Object.entries(properties).filter(([, property]) => isSent(property, direction));
    const names = new Set(sent.map(([name]) => name));
    const isListed = Object.keys(properties).length > 0;
    const own: Record<string, unknown> = { ...plain };
    if (items !== undefined) own.items = toJsonSchema(schemaGuard.parse(items), direction);
    if (choices.length > 0) {
      own.allOf = choices.map((choice) => toChoice(choice, merged, direction));
    } else if (isListed || additionalProperties !== undefined) {
      own.properties = Object.fromEntries(sent.map(([name, property]) => [name, toJsonSchema(property, direction)]));
      own.additionalProperties =
        typeof additionalProperties === 'object'
          ? toJsonSchema(schemaGuard.parse(additionalProperties), direction)
          : (additionalProperties ?? false);
      const needed = [...required].filter((name) => names.has(name) || !Object.hasOwn(properties, name));
      if (needed.length > 0) own.required = needed;
    }
    return nullable === true ? { anyOf: [{ type: 'null' }, own] } : own;
  };

  return {
    toJsonSchema: (schema: Schema, direction: Direction): Schema => toJsonSchema(schema, direction),
  };
}
