import { z } from 'zod';

/*
 * Converts schemas of an OpenAPI 3.0 description to JSON Schemas that reject undescribed properties.
 */

export type Schema = Readonly<Record<string, unknown>>;

/** Direction of a value. The request omits `readOnly` fields, the response `writeOnly` fields. */
export type Direction = 'request' | 'response';

export const schemaGuard = z.record(z.string(), z.unknown());
const discriminatorGuard = z.object({ propertyName: z.string(), mapping: z.record(z.string(), z.string()) });
const namesGuard = z.array(z.string()).default([]);
const schemasGuard = z.array(schemaGuard).default([]);
const propertiesGuard = z.record(z.string(), schemaGuard).default({});

const refPrefix = '#/components/schemas/';

export function createSchemas(
  schemas: Readonly<Record<string, Schema>>,
  define: (key: string, schema: Schema) => void,
) {
  const defined = new Set<string>();
  const find = (ref: string): Schema => {
    const schema = schemas[ref.replace(refPrefix, '')];
    if (schema === undefined) throw new Error(`no schema ${ref}`);
    return schema;
  };

  /** Returns a schema with those that it consists of. */
  const listParts = (schema: Schema): Schema[] => [
    schema,
    ...(typeof schema.$ref === 'string' ? listParts(find(schema.$ref)) : []),
    ...schemasGuard.parse(schema.allOf).flatMap(listParts),
  ];
  const isSent = (schema: Schema, direction: Direction): boolean =>
    listParts(schema).every((part) => part[direction === 'request' ? 'readOnly' : 'writeOnly'] !== true);

  /** Defines a named schema once, because some schemas contain themselves. */
  const toShared = (ref: string, direction: Direction, isPart: boolean): Schema => {
    const key = `urn:${direction}:${isPart ? 'part' : 'whole'}:${ref.replace(refPrefix, '')}`;
    if (!defined.has(key)) {
      defined.add(key);
      define(key, toJsonSchema(find(ref), direction, isPart));
    }
    return { $ref: key };
  };

  /** Schemas that the value of a property selects. */
  const toSelection = ({ propertyName, mapping }: z.output<typeof discriminatorGuard>, direction: Direction) => {
    const select = (values: string[]) => ({
      properties: { [propertyName]: { enum: values } },
      required: [propertyName],
    });
    const branches = Object.entries(mapping).map(([value, ref]) => ({
      if: { not: select([value]) },
      else: toShared(ref, direction, true),
    }));
    return [select(Object.keys(mapping)), ...branches];
  };

  /** Converts a schema. A part describes an object together with others, and only the whole rejects the rest. */
  const toJsonSchema = (schema: Schema, direction: Direction, isPart = false): Schema => {
    if (typeof schema.$ref === 'string') return toShared(schema.$ref, direction, isPart);
    const { nullable, discriminator, allOf, oneOf, anyOf = oneOf, items, additionalProperties, ...plain } = schema;
    const parts = schemasGuard.parse(allOf);
    const described = listParts(schema).flatMap(({ properties }) => Object.entries(propertiesGuard.parse(properties)));
    const unsent = new Set(described.flatMap(([name, property]) => (isSent(property, direction) ? [] : [name])));
    const { data: selection } = discriminatorGuard.safeParse(discriminator);
    const isSelected = selection !== undefined && (!isPart || anyOf !== undefined);
    const isWhole = !isPart && (described.length > 0 || isSelected);

    const own: Record<string, unknown> = { ...plain };
    // If `allOf` has a single part, this schema only adds a description to it.
    const isAlone = parts.length === 1 && schema.properties === undefined;
    const merged = parts.map((part) => toJsonSchema(part, direction, isPart || !isAlone));
    own.allOf = isSelected ? [...merged, ...toSelection(selection, direction)] : merged;
    if (!isSelected && anyOf !== undefined)
      own.anyOf = schemasGuard.parse(anyOf).map((branch) => toJsonSchema(branch, direction, isPart || isWhole));
    own.properties = Object.fromEntries(
      Object.entries(propertiesGuard.parse(schema.properties))
        .filter(([name]) => !unsent.has(name))
        .map(([name, property]) => [name, toJsonSchema(property, direction)]),
    );
    own.required = namesGuard.parse(schema.required).filter((name) => !unsent.has(name));
    if (items !== undefined) own.items = toJsonSchema(schemaGuard.parse(items), direction);
    if (additionalProperties !== undefined)
      own.additionalProperties =
        typeof additionalProperties === 'object'
          ? toJsonSchema(schemaGuard.parse(additionalProperties), direction)
          : additionalProperties;
    if (isWhole) own.unevaluatedProperties = false;
    return nullable === true ? { anyOf: [{ type: 'null' }, own] } : own;
  };

  return {
    toJsonSchema: (schema: Schema, direction: Direction): Schema => toJsonSchema(schema, direction),
  };
}
