import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { XMLParser } from 'fast-xml-parser';

export interface TypeUse {
  readonly name: string;
  readonly isCollection: boolean;
  readonly isNullable: boolean;
}

/** A contained entity is part of its owner and is sent with it in full. */
export interface Navigation extends TypeUse {
  readonly isContained: boolean;
}

export interface StructuredType {
  readonly name: string;
  /** Names of this type and its base types. */
  readonly line: readonly string[];
  readonly isAbstract: boolean;
  /** True if values may have undeclared properties. */
  readonly isOpen: boolean;
  readonly keys: ReadonlySet<string>;
  readonly properties: ReadonlyMap<string, TypeUse>;
  readonly navigation: ReadonlyMap<string, Navigation>;
}

export interface Operation {
  readonly name: string;
  readonly isAction: boolean;
  readonly boundTo: TypeUse;
  readonly parameters: ReadonlyMap<string, TypeUse>;
  readonly returns: TypeUse | null;
}

export interface Csdl {
  typeOf(name: string): StructuredType | undefined;
  readonly enums: ReadonlyMap<string, ReadonlySet<string>>;
  readonly roots: ReadonlyMap<string, TypeUse>;
  readonly operations: readonly Operation[];
}

type Element = Readonly<Record<string, string | undefined>> & { readonly [child: string]: unknown };

const childrenOf = (element: Element, name: string): Element[] => (element[name] as Element[] | undefined) ?? [];

/**
 * Reads an OData service description (CSDL 4.0, XML).
 * @param file - compressed with gzip
 * @see https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html
 */
export function readCsdl(file: string): Csdl {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    removeNSPrefix: true,
    isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
  });
  const document = parser.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  const schemas: Element[] = document.Edmx[0].DataServices[0].Schema;
  const aliases = new Map(schemas.flatMap(({ Alias, Namespace }) => (Alias ? [[Alias, Namespace ?? '']] : [])));
  const toName = (text: string): string => {
    const dot = text.lastIndexOf('.');
    return `${aliases.get(text.slice(0, dot)) ?? text.slice(0, dot)}${text.slice(dot)}`;
  };
  const toUse = ({ Type = '', Nullable }: Element): TypeUse => {
    const [, inner] = /^Collection\((.+)\)$/.exec(Type) ?? [];
    return { name: toName(inner ?? Type), isCollection: inner !== undefined, isNullable: Nullable !== 'false' };
  };
  const named = <Value>(elements: Element[], toValue: (element: Element) => Value): Map<string, Value> =>
    new Map(elements.map((element) => [element.Name ?? '', toValue(element)]));
  const all = (...kinds: readonly string[]): Map<string, Element> =>
    new Map(
      schemas.flatMap((schema) =>
        kinds.flatMap((kind) =>
          childrenOf(schema, kind).map((element) => [`${schema.Namespace}.${element.Name}`, element] as const),
        ),
      ),
    );

  const elements = all('EntityType', 'ComplexType');
  const types = new Map<string, StructuredType>();
  const typeOf = (name: string): StructuredType | undefined => {
    const known = types.get(name);
    const element = elements.get(name);
    if (known !== undefined || element === undefined) return known;
    const base = element.BaseType === undefined ? undefined : typeOf(toName(element.BaseType));
    const keys = childrenOf(element, 'Key').flatMap((key) => childrenOf(key, 'PropertyRef'));
    const type: StructuredType = {
      name,
      line: [name, ...(base?.line ?? [])],
      isAbstract: element.Abstract === 'true',
      isOpen: element.OpenType === 'true' || base?.isOpen === true,
      keys: new Set([...(base?.keys ?? []), ...keys.map((key) => key.Name ?? '')]),
      properties: new Map([...(base?.properties ?? []), ...named(childrenOf(element, 'Property'), toUse)]),
      navigation: new Map([
        ...(base?.navigation ?? []),
        ...named(childrenOf(element, 'NavigationProperty'), (each) => ({
          ...toUse(each),
          isContained: each.ContainsTarget === 'true',
        })),
      ]),
    };
    types.set(name, type);
    return type;
  };

  const toOperations = (schema: Element, kind: 'Action' | 'Function'): Operation[] =>
    childrenOf(schema, kind).flatMap((element) => {
      const [first, ...parameters] = childrenOf(element, 'Parameter');
      if (element.IsBound !== 'true' || first === undefined) return [];
      const [returns] = childrenOf(element, 'ReturnType');
      return {
        name: element.Name ?? '',
        isAction: kind === 'Action',
        boundTo: toUse(first),
        parameters: named(parameters, toUse),
        returns: returns === undefined ? null : toUse(returns),
      };
    });
  const containers = schemas.flatMap((schema) => childrenOf(schema, 'EntityContainer'));
  const toRoot = (type: string | undefined, isCollection: boolean): TypeUse => ({
    name: toName(type ?? ''),
    isCollection,
    isNullable: false,
  });
  return {
    typeOf,
    enums: new Map(
      [...all('EnumType')].map(([name, element]) => [
        name,
        new Set(childrenOf(element, 'Member').map((member) => member.Name ?? '')),
      ]),
    ),
    roots: new Map(
      containers.flatMap((container) => [
        ...named(childrenOf(container, 'EntitySet'), ({ EntityType }) => toRoot(EntityType, true)),
        ...named(childrenOf(container, 'Singleton'), ({ Type }) => toRoot(Type, false)),
      ]),
    ),
    operations: schemas.flatMap((schema) => [...toOperations(schema, 'Action'), ...toOperations(schema, 'Function')]),
  };
}
