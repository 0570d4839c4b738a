import type { Exchange } from '../../support/servers/exchanges.js';
import type { Csdl, Operation, StructuredType, TypeUse } from './csdl.js';
import { findDifferences, type Place } from './csdl-value.js';
import type { Judgement } from './judgement.js';

type Target =
  | { readonly kind: 'value'; readonly use: TypeUse }
  | { readonly kind: 'reference'; readonly use: TypeUse }
  | { readonly kind: 'operation'; readonly operation: Operation };

const prefix = '/v1.0/';

/**
 * Compares a Microsoft Graph call with the description, and a failed call with the error format.
 * @see https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html
 */
export function judgeCall(csdl: Csdl, exchange: Exchange): Judgement {
  const { method, path } = exchange;
  const segments = path.slice(prefix.length).split('/').map(decodeURIComponent);
  const call = `${method} ${path.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '{id}')}`;
  const target = path.startsWith(prefix) ? resolve(csdl, segments) : null;
  if (target === null) return { operation: null, differences: [] };
  const differences = [
    ...findInQuery(csdl, exchange, target),
    ...findInRequest(csdl, exchange, target),
    ...findInAnswer(csdl, exchange, target),
  ];
  return { operation: call, differences };
}

function resolve(csdl: Csdl, [first = '', ...rest]: readonly string[]): Target | null {
  const root = csdl.roots.get(first);
  if (root === undefined) return null;
  let target: Target = { kind: 'value', use: root };
  for (const segment of rest) {
    if (target.kind !== 'value') return null;
    const next = step(csdl, target.use, segment);
    if (next === null) return null;
    target = next;
  }
  return target;
}

function step(csdl: Csdl, use: TypeUse, segment: string): Target | null {
  const type = csdl.typeOf(use.name);
  if (type === undefined) return null;
  const cast = csdl.typeOf(segment);
  if (cast !== undefined) {
    return cast.line.includes(type.name) ? { kind: 'value', use: { ...use, name: cast.name } } : null;
  }
  if (segment === '$ref') return { kind: 'reference', use };
  const operation = csdl.operations.find(
    ({ name, boundTo }) =>
      (segment === name || segment === `microsoft.graph.${name}`) &&
      boundTo.isCollection === use.isCollection &&
      type.line.includes(boundTo.name),
  );
  if (operation !== undefined) return { kind: 'operation', operation };
  if (use.isCollection) return { kind: 'value', use: { ...use, isCollection: false } };
  const next = type.navigation.get(segment) ?? type.properties.get(segment);
  return next === undefined ? null : { kind: 'value', use: { ...next, isNullable: false } };
}

const hasProperty = ({ properties, navigation, isOpen }: StructuredType, name: string): boolean =>
  properties.has(name) || navigation.has(name) || (isOpen && /^extension_[0-9a-f]{32}_\w+$/.test(name));

function findInQuery(csdl: Csdl, { query, method, request }: Exchange, target: Target): string[] {
  const type = target.kind === 'value' ? csdl.typeOf(target.use.name) : undefined;
  const known = (name: string): string[] =>
    type !== undefined && hasProperty(type, name) ? [] : [`query: no property ${name}`];
  return [...query].flatMap(([name, value]) => {
    if (method !== 'GET') return [`query: ${name} on ${method}`];
    switch (name) {
      case '$select':
        return value.split(',').flatMap(known);
      case '$filter':
        // In `name/any(o:o eq 'x')` and `name/any(i:i/part eq 'x')`, only `name` is a property of the type.
        return [...value.matchAll(/(?<![:/\w])(\w+)(?: eq |\/any\()|startswith\((\w+),/g)].flatMap(
          ([, compared, begun]) => known(compared ?? begun ?? ''),
        );
      case '$top':
        return /^[1-9]\d{0,2}$/.test(value) ? [] : [`query: $top ${value}`];
      case '$count':
        return request.headers.consistencylevel === 'eventual' ? [] : ['query: $count without ConsistencyLevel'];
      // The client copies this parameter from the link in an earlier answer.
      case '$skiptoken':
        return [];
      default:
        return [`query: ${name} is not described`];
    }
  });
}

function findInRequest(csdl: Csdl, { method, request }: Exchange, target: Target): string[] {
  const body = parse(request.body);
  const whole: Place = { side: 'request', extent: 'whole' };
  if (method === 'GET' || method === 'DELETE') return body === undefined ? [] : ['request: a body'];
  if (body !== undefined && !/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return ['request: a body that is not called JSON'];
  }
  if (target.kind === 'operation') {
    const { parameters, isAction } = target.operation;
    if (method !== 'POST' || !isAction) return [`request: ${method} of an operation`];
    const members = Object.entries(body ?? {});
    return [
      ...members.filter(([name]) => !parameters.has(name)).map(([name]) => `request/${name}: no such parameter`),
      ...[...parameters].flatMap(([name, use]) =>
        findDifferences(csdl, Reflect.get(body ?? {}, name), use, whole, `request/${name}`),
      ),
    ];
  }
  if (target.kind === 'reference') {
    const isReference = method === 'POST' && target.use.isCollection;
    const [named, ...others] = Object.entries(body ?? {});
    const isOne = named?.[0] === '@odata.id' && typeof named[1] === 'string' && others.length === 0;
    return isReference && isOne ? [] : [`request: ${method} of no reference`];
  }
  const { use } = target;
  const one = { ...use, isCollection: false, isNullable: false };
  if (method === 'POST') {
    return use.isCollection ? findDifferences(csdl, body, one, whole, 'request') : ['request: POST of one thing'];
  }
  if (method !== 'PATCH' || use.isCollection) return [`request: ${method} is not described`];
  return findDifferences(csdl, body, one, { side: 'request', extent: 'part' }, 'request');
}

function findInAnswer(csdl: Csdl, { method, query, response }: Exchange, target: Target): string[] {
  const { status, body: text } = response;
  const body = parse(text);
  if (status >= 400) return isError(body) ? [] : [`answer ${status}: not an error as Graph has it`];
  const isMade = method === 'POST' && target.kind === 'value';
  const isEmpty = method === 'PATCH' || method === 'DELETE' || target.kind === 'reference';
  const expected = isMade ? 201 : isEmpty ? 204 : 200;
  if (status !== expected) return [`answer: ${status} in place of ${expected}`];
  if (isEmpty) return text === '' ? [] : ['answer: a body with 204'];
  const use = target.kind === 'operation' ? target.operation.returns : target.use;
  if (use === null) return text === '' ? [] : ['answer: a body of what returns nothing'];
  if (target.kind === 'operation' && !use.isCollection && use.name.startsWith('Edm.')) {
    const { value, '@odata.context': _, ...strange } = Object(body);
    return [
      ...Object.keys(strange).map((name) => `answer/${name}: no such annotation of a value`),
      ...findDifferences(
        csdl,
        value,
        { ...use, isNullable: false },
        { side: 'answer', extent: 'whole' },
        'answer/value',
      ),
    ];
  }
  const extent = query.has('$select') ? 'part' : 'whole';
  if (!use.isCollection || isMade) {
    const one = { ...use, isCollection: false, isNullable: false };
    return findDifferences(csdl, body, one, { side: 'answer', extent }, 'answer');
  }
  const { value, ...annotations } = Object(body);
  const strange = Object.keys(annotations).filter((name) => !/^@odata\.(context|nextLink|count)$/.test(name));
  return [
    ...strange.map((name) => `answer/${name}: no such annotation of a list`),
    ...findDifferences(csdl, value, { ...use, isNullable: false }, { side: 'answer', extent }, 'answer/value'),
  ];
}

const isError = (body: unknown): boolean => {
  const { error, ...others } = Object(body);
  const { code, message, innerError: _, ...strange } = Object(error);
  return (
    typeof code === 'string' &&
    typeof message === 'string' &&
    [others, strange].every((rest) => Object.keys(rest).length === 0)
  );
};

const parse = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));
