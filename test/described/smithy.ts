import { z } from 'zod';
import type { Exchange } from '../../support/servers/exchanges.js';
import type { Judgement } from './judgement.js';

/*
 * Compares calls with the shapes in AWS's SDK, which each client exports under the shape's name with a `$`. Shapes list
 * members, required members and types, but neither enumerations nor lengths.
 */

/** Kinds of schemas by the number that is each schema's first entry. */
export const kinds = { simple: 0, list: 1, map: 2, structure: 3, union: 4, error: -3, operation: 9 } as const;

const types = { string: 0, number: 1, boolean: 2, timestamp: [4, 5, 6, 7], document: 15, blob: [21, 42] } as const;
const listOf = 64;
const mapOf = 128;

export type Reference = number | readonly unknown[] | (() => Reference);

export const schemaGuard = z.tuple([z.number(), z.string(), z.string(), z.unknown()]).rest(z.unknown());
export const referenceGuard = z.custom<Reference>(
  (value) => typeof value === 'number' || typeof value === 'function' || Array.isArray(value),
);

/** Resolves a reference, which is a function or a pair of schema and traits. */
export function resolve(reference: Reference): number | readonly unknown[] {
  if (typeof reference === 'function') return resolve(reference());
  if (typeof reference === 'number') return reference;
  return reference.length === 2 ? resolve(referenceGuard.parse(reference[0])) : reference;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function differencesOf(value: unknown, reference: Reference, path: string): string[] {
  const schema = resolve(reference);
  if (typeof schema === 'number') return differencesOfType(value, schema, path);
  const [kind, , name, , first, second, required] = schemaGuard.parse(schema);
  if (kind === kinds.simple) return differencesOf(value, referenceGuard.parse(first), path);
  if (kind === kinds.list) return differencesOfList(value, referenceGuard.parse(first), path);
  if (kind === kinds.map) return differencesOfMap(value, referenceGuard.parse(second), path);
  if (kind !== kinds.structure && kind !== kinds.union && kind !== kinds.error) {
    return [`${path}: ${name} is of a kind that is not known here (${kind})`];
  }
  if (!isObject(value)) return [`${path}: expected a structure ${name}`];
  const names = z.array(z.string()).parse(first);
  const references = z.array(referenceGuard).parse(second);
  // In a shape, the required members come first.
  const missing = names
    .slice(0, Number(required ?? 0))
    .filter((each, at) => value[each] === undefined && !isInUrl(references[at]));
  const members = Object.entries(value).flatMap(([member, held]) => {
    const at = references[names.indexOf(member)];
    return at === undefined
      ? [`${path}.${member}: ${name} has no such member`]
      : differencesOf(held, at, `${path}.${member}`);
  });
  return [...missing.map((each) => `${path}.${each}: required of ${name}`), ...members];
}

/** Returns true for a member with the trait `httpLabel`, which is in the URL instead of the body. */
const isInUrl = (reference: Reference | undefined): boolean =>
  Array.isArray(reference) && reference.length === 2 && reference[1] === 1;

const differencesOfList = (value: unknown, of: Reference, path: string): string[] =>
  Array.isArray(value) ? value.flatMap((each) => differencesOf(each, of, `${path}[]`)) : [`${path}: expected a list`];

const differencesOfMap = (value: unknown, of: Reference, path: string): string[] =>
  isObject(value)
    ? Object.values(value).flatMap((each) => differencesOf(each, of, `${path}{}`))
    : [`${path}: expected a map`];

function differencesOfType(value: unknown, type: number, path: string): string[] {
  if (type >= mapOf) return differencesOfMap(value, type - mapOf, path);
  if (type >= listOf) return differencesOfList(value, type - listOf, path);
  const expected = toExpected(type);
  return expected === null || expected.guard.safeParse(value).success ? [] : [`${path}: expected ${expected.name}`];
}

function toExpected(type: number): { readonly name: string; readonly guard: z.ZodType } | null {
  if (type === types.string) return { name: 'a text', guard: z.string() };
  if (type === types.number) return { name: 'a number', guard: z.number() };
  if (type === types.boolean) return { name: 'true or false', guard: z.boolean() };
  if (types.timestamp.some((each) => each === type)) return { name: 'seconds since 1970', guard: z.number() };
  if (types.blob.some((each) => each === type)) return { name: 'base64', guard: z.base64() };
  return null;
}

export interface AwsService {
  readonly name: string;
  readonly sdk: Readonly<Record<string, unknown>>;
  operationOf(exchange: Exchange): string | null;
}

export const namedInTarget = ({ request: { headers } }: Exchange): string | null =>
  String(headers['x-amz-target'] ?? '').split('.')[1] ?? null;

/** Errors common to all AWS services, which no service's shapes contain. */
const commonErrors = [
  'UnrecognizedClientException',
  'MissingAuthenticationTokenException',
  'UnknownOperationException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'SerializationException',
  'ValidationException',
  'AccessDeniedException',
  'ThrottlingException',
  'ExpiredTokenException',
  'RequestEntityTooLargeException',
];

const errorGuard = z.object({ __type: z.string() }).loose();

export function judgeAwsCall(exchange: Exchange, service: AwsService): Judgement {
  const { request, response } = exchange;
  const operation = service.operationOf(exchange);
  const found = operation === null ? undefined : service.sdk[`${operation}$`];
  if (operation === null || found === undefined) return { operation: null, differences: [] };
  const [, , , , input, output] = schemaGuard.parse(found);
  const sent =
    request.body === '' ? [] : differencesOf(JSON.parse(request.body), referenceGuard.parse(input), 'request');
  const answered =
    response.status < 300
      ? differencesOf(JSON.parse(response.body || '{}'), referenceGuard.parse(output), 'answer')
      : differencesOfError(exchange, service);
  // A GET request has its members in the URL instead of a body.
  const isBound = exchange.method === 'GET';
  const unbound = request.body === '' && !isBound ? ['request: no body'] : [];
  return { operation, differences: [...sent, ...unbound, ...answered] };
}

function differencesOfError({ response }: Exchange, { sdk }: AwsService): string[] {
  const parsed = errorGuard.safeParse(JSON.parse(response.body));
  const type = parsed.data?.__type.split('#').at(-1) ?? String(response.headers['x-amzn-errortype'] ?? '');
  if (sdk[`${type}$`] === undefined && !commonErrors.includes(type))
    return [`answer: ${type} is no error of this service`];
  return [];
}
