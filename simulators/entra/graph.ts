import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import type { Cloud } from './cloud.js';
import { createApplicationsApi } from './graph-applications.js';
import { answerGraphError, badRequest, denied, notFound, toSelected, unauthenticated } from './graph-context.js';
import { createEventsApi } from './graph-events.js';
import { createMethodsApi } from './graph-methods.js';
import { createPassesApi } from './graph-passes.js';
import { createPoliciesApi } from './graph-policies.js';
import { createUsersApi } from './graph-users.js';
import { passFault } from './login.js';
import { graphAppId, type Tenant } from './tenant.js';

const equals = /^(\w+) eq (?:'((?:[^']|'')*)'|(true|false))/;
const anyText = /^(otherMails)\/any\(o:o eq '((?:[^']|'')*)'\)/;
const anyIdentity = /^identities\/any\(i:i\/issuerAssignedId eq '((?:[^']|'')*)' and i\/issuer eq '((?:[^']|'')*)'\)/;
const beginning = /^startswith\((\w+),'((?:[^']|'')*)'\)/;
/** Filterable user properties; others need advanced queries or cannot be filtered. */
const searchable = ['displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'];

const unquote = (text: string): string => text.replaceAll("''", "'");

const toLowerCase = (value: unknown): string => String(value ?? '').toLowerCase();

const isSameText = (one: unknown, other: string): boolean => toLowerCase(one) === other.toLowerCase();

const textsGuard = z.array(z.string()).catch([]);

const identitiesGuard = z.array(z.object({ issuer: z.string(), issuerAssignedId: z.string() })).catch([]);

/**
 * Parses a filter of `identities`, which must name both fields and cannot be combined with another one.
 * @see https://learn.microsoft.com/en-us/graph/api/user-list
 */
function parseIdentityFilter(filter: string): (entry: object) => boolean {
  const [whole, id = '', issuer = ''] = anyIdentity.exec(filter) ?? [];
  if (whole !== filter) throw badRequest('Complex query on property identities is not supported.');
  return (entry) =>
    identitiesGuard
      .parse(Reflect.get(entry, 'identities'))
      .some((each) => isSameText(each.issuerAssignedId, unquote(id)) && isSameText(each.issuer, unquote(issuer)));
}

/**
 * Parses `name eq value`, `otherMails/any(…)` and `startswith(name,'value')`, joined by `or`; nothing else is supported.
 * @see https://learn.microsoft.com/en-us/graph/filter-query-parameter
 */
export function parseGraphFilter(filter: string): (entry: object) => boolean {
  const any: ((entry: object) => boolean)[] = [];
  if (filter.includes('identities/')) return parseIdentityFilter(filter);
  let rest = filter;
  while (true) {
    const [equal, name = '', text, flag] = equals.exec(rest) ?? [];
    const [anyOf, anyName = '', anyValue = ''] = anyText.exec(rest) ?? [];
    const [begun, begunName = '', begins = ''] = beginning.exec(rest) ?? [];
    if (equal !== undefined) {
      // Graph ignores case in text.
      any.push((entry) => {
        const value: unknown = Reflect.get(entry, name);
        return text === undefined ? value === (flag === 'true') : isSameText(value, unquote(text));
      });
    } else if (anyOf !== undefined) {
      const wanted = unquote(anyValue);
      any.push((entry) => textsGuard.parse(Reflect.get(entry, anyName)).some((each) => isSameText(each, wanted)));
    } else if (begun !== undefined && searchable.includes(begunName)) {
      const wanted = unquote(begins).toLowerCase();
      any.push((entry) => toLowerCase(Reflect.get(entry, begunName)).startsWith(wanted));
    } else throw badRequest('Invalid filter clause.');
    rest = rest.slice((equal ?? anyOf ?? begun ?? '').length);
    if (rest === '') return (entry) => any.some((isHit) => isHit(entry));
    if (!rest.startsWith(' or ')) throw badRequest('Invalid filter clause.');
    rest = rest.slice(' or '.length);
  }
}

const claimsGuard = z.object({ tid: z.string(), roles: z.array(z.string()).default([]) });

export type GraphContext = ReturnType<typeof createContext>;

function createContext(cloud: Cloud) {
  const isShown = (id: string): boolean =>
    cloud.now() >= (cloud.madeAt.get(id) ?? Number.NEGATIVE_INFINITY) + cloud.lateSec * 1000;
  return {
    cloud,
    tenantOf(response: Response): Tenant {
      const tenant = cloud.tenants.get(String(response.locals.tenantId));
      if (tenant === undefined) throw unauthenticated();
      return tenant;
    },
    requireRole:
      (...roles: readonly string[]): RequestHandler =>
      (_request, response, next) => {
        const granted: readonly string[] = z.array(z.string()).parse(response.locals.roles);
        if (!roles.some((role) => granted.includes(role))) throw denied();
        next();
      },
    /** Sends a new object, which other calls show only after a delay. */
    sendCreated<Created extends { readonly id: string }>(response: Response, created: Created): void {
      cloud.madeAt.set(created.id, cloud.now());
      response.status(201).json(created);
    },
    isShown,
    /** @throws GraphError `Request_ResourceNotFound` */
    findShown<Entry>(entries: ReadonlyMap<string, Entry>, id: unknown): Entry {
      const found = entries.get(String(id));
      if (found === undefined || !isShown(String(id))) throw notFound(String(id));
      return found;
    },
    /** Sends one page of a list, with `@odata.nextLink` if there is more. */
    sendList(request: Request, response: Response, entries: readonly object[]): void {
      const { url, pageSize } = cloud;
      const { $filter, $top } = request.query;
      const shown = entries.filter((entry) => isShown(String(Reflect.get(entry, 'id'))));
      const matching = $filter === undefined ? shown : shown.filter(parseGraphFilter(String($filter)));
      const size = Math.min(pageSize, Number($top ?? pageSize));
      const isCounted = request.query.$count === 'true';
      if (isCounted && request.get('consistencylevel') !== 'eventual') {
        throw badRequest(
          "Request with $count query parameter only works through MSGraph with a request header of 'ConsistencyLevel: eventual'.",
        );
      }
      const from = Number(request.query.$skiptoken ?? 0);
      const next = new URL(url + request.originalUrl);
      next.searchParams.set('$skiptoken', String(from + size));
      response.json({
        '@odata.context': `${url}/v1.0/$metadata`,
        ...(isCounted ? { '@odata.count': matching.length } : {}),
        ...(matching.length > from + size ? { '@odata.nextLink': next.href } : {}),
        value: matching.slice(from, from + size).map((entry) => toSelected(entry, request)),
      });
    },
  };
}

/** @see https://learn.microsoft.com/en-us/graph/use-the-api */
export function createGraph(cloud: Cloud): Router {
  const router = Router();
  const context = createContext(cloud);
  router.use((_request, response, next) => {
    response.set('date', new Date(cloud.now()).toUTCString());
    if (passFault(cloud, 'graph', response)) next();
  });
  router.use(async (request, response, next) => {
    const token = /^Bearer (\S+)$/.exec(request.get('authorization') ?? '')?.[1] ?? '';
    const { tid, roles } = await authenticate(cloud, token);
    response.locals.tenantId = tid;
    response.locals.roles = roles;
    next();
  });
  router.use(express.json({ limit: '1mb' }));
  router.use((_request, response, next) => {
    if (passThrottle(cloud, response)) next();
  });
  router.use(createUsersApi(context));
  router.use(createApplicationsApi(context));
  router.use('/identity', createEventsApi(context));
  router.use(createPoliciesApi(context));
  router.use(createMethodsApi(context));
  router.use(createPassesApi(context));
  router.use(answerGraphError);
  return router;
}

/** @see https://learn.microsoft.com/en-us/graph/throttling */
function passThrottle({ requests, throttledEvery }: Cloud, response: Response): boolean {
  if (throttledEvery === null || requests.graph % throttledEvery !== 0) return true;
  // Both statuses mean "retry later": the call had no effect.
  const isBusy = (requests.graph / throttledEvery) % 2 === 0;
  const [status, code] = isBusy ? [503, 'serviceNotAvailable'] : [429, 'TooManyRequests'];
  response
    .set('Retry-After', '1')
    .status(status)
    .json({ error: { code, message: 'Please retry again later.' } });
  return false;
}

async function authenticate(cloud: Cloud, token: string): Promise<z.infer<typeof claimsGuard>> {
  for (const { keys, issuer } of cloud.tenants.values()) {
    for (const { publicJwk } of keys) {
      const verified = await jwtVerify(token, publicJwk, {
        audience: graphAppId,
        issuer,
        algorithms: ['RS256'],
        currentDate: new Date(cloud.now()),
      }).catch(() => null);
      if (verified !== null) return claimsGuard.parse(verified.payload);
    }
  }
  throw unauthenticated();
}
