import type { Csdl, StructuredType, TypeUse } from './csdl.js';

export type Extent =
  /** All required properties are present. */
  | 'whole'
  /** Only changed or selected properties are present. */
  | 'part';

export interface Place {
  readonly side: 'request' | 'answer';
  readonly extent: Extent;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isInteger = (value: unknown, bits: number): boolean =>
  Number.isInteger(value) && Math.abs(Number(value)) < 2 ** (bits - 1);

/** Primitive types that the adapter's calls use. Other types are reported as differences. */
const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  'Edm.String': (value) => typeof value === 'string',
  'Edm.Boolean': (value) => typeof value === 'boolean',
  'Edm.Int32': (value) => isInteger(value, 32),
  'Edm.Int64': (value) => isInteger(value, 53),
  'Edm.Guid': (value) => typeof value === 'string' && guid.test(value),
  'Edm.DateTimeOffset': (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value),
};

/** Directory extension properties, the only undeclared names that Graph accepts. */
const extensionName = /^extension_[0-9a-f]{32}_\w+$/;

/** Compares a value's properties and types with the description. Derived types are named by `@odata.type`. */
export function findDifferences(csdl: Csdl, value: unknown, use: TypeUse, place: Place, path = ''): string[] {
  if (value === null || value === undefined) return use.isNullable ? [] : [`${path}: must not be null`];
  if (use.isCollection) {
    if (!Array.isArray(value)) return [`${path}: expected a list`];
    const one = { ...use, isCollection: false, isNullable: false };
    return value.flatMap((each, index) => findDifferences(csdl, each, one, place, `${path}[${index}]`));
  }
  const isRight = primitives[use.name];
  if (isRight !== undefined) return isRight(value) ? [] : [`${path}: expected ${use.name}`];
  const members = csdl.enums.get(use.name);
  if (members !== undefined) {
    const isMember = typeof value === 'string' && value.split(',').every((each) => members.has(each));
    return isMember ? [] : [`${path}: not a member of ${use.name}`];
  }
  const declared = csdl.typeOf(use.name);
  if (declared === undefined) return [`${path}: of a type that is not held against anything: ${use.name}`];
  if (typeof value !== 'object' || Array.isArray(value)) return [`${path}: expected an object`];
  return findInObject(csdl, new Map(Object.entries(value)), declared, place, path);
}

function findInObject(
  csdl: Csdl,
  members: ReadonlyMap<string, unknown>,
  declared: StructuredType,
  place: Place,
  path: string,
): string[] {
  const told = members.get('@odata.type');
  const type = told === undefined ? declared : csdl.typeOf(String(told).replace(/^#/, ''));
  if (type === undefined || !type.line.includes(declared.name)) return [`${path}: no ${declared.name}: ${told}`];
  if (type.isAbstract) return [`${path}: ${type.name} is abstract, and @odata.type does not say which it is`];
  const missing =
    place.extent === 'part' ? [] : requiredOf(type, place).filter((name) => (members.get(name) ?? null) === null);
  return [
    ...missing.map((name) => `${path}/${name}: missing`),
    ...[...members].flatMap(([name, value]) => findInMember(csdl, name, value, type, place, `${path}/${name}`)),
  ];
}

/**
 * Returns the properties that must be present. Flags may be absent because they default to false, and IDs because the
 * service assigns them.
 */
const requiredOf = ({ properties, keys }: StructuredType, { side }: Place): string[] =>
  [...properties].flatMap(([name, { name: type, isNullable, isCollection }]) => {
    const isLeftOut = isCollection || type === 'Edm.Boolean' || type === 'Edm.Stream';
    const isGiven = side === 'request' && keys.has(name) && name === 'id';
    return isNullable || isLeftOut || isGiven ? [] : [name];
  });

function findInMember(
  csdl: Csdl,
  name: string,
  value: unknown,
  type: StructuredType,
  place: Place,
  path: string,
): string[] {
  const [owner = '', annotation] = name.split('@');
  if (annotation !== undefined) {
    const isKnown = owner === '' || type.properties.has(owner) || type.navigation.has(owner);
    const isSent = place.side === 'answer' || ['odata.type', 'odata.id', 'odata.bind'].includes(annotation);
    return isKnown && isSent && annotation.startsWith('odata.') ? [] : [`${path}: no such annotation`];
  }
  // Values nested in a partial value must be complete.
  const within: Place = { ...place, extent: 'whole' };
  const property = type.properties.get(name);
  if (property !== undefined) return findDifferences(csdl, value, property, within, path);
  const navigation = type.navigation.get(name);
  if (navigation !== undefined) {
    // An entity that is no part of another entity is only referenced by its key property.
    const extent = navigation.isContained ? 'whole' : 'part';
    return findDifferences(csdl, value, navigation, { ...place, extent }, path);
  }
  if (type.isOpen && extensionName.test(name)) return [];
  return [`${path}: ${type.name} has no such property`];
}
