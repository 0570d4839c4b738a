import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';
import { FaceError } from '../errors.js';
import { noteRefusal } from './access-log.js';
import { collectBody, discardRest, type Exchange } from './collect.js';
import { type CallerPools, RequestBudget } from './request-budget.js';
import { sourceOf } from './source.js';

/** A request at a route, before its body is read. */
export interface RouteExchange<In extends IncomingMessage, Out extends ServerResponse> extends Exchange<In, Out> {
  /** Memory for the body. Authenticate the caller and call `promoteToAuthenticated` before the body is read, where possible. */
  readonly allowance: RequestBudget;
  /** @throws `body_too_large`, `overloaded`; `request_malformed` if the client aborts or is too slow */
  readBody(): Promise<Buffer>;
}

/** Declaration of a route that may read a body. */
export interface Route<In extends IncomingMessage = Request, Out extends ServerResponse = Response> {
  readonly methods: readonly string[];
  /** Memory pool of bodies. */
  readonly pools: CallerPools;
  /** Maximum body of anonymous callers, in bytes. */
  readonly anonymousLimitBytes: number;
  answer(arrival: RouteExchange<In, Out>): Promise<void>;
  /** Sends a refusal in the format of the route's protocol. It throws the error again for the format of this API. */
  refuse?(error: unknown, exchange: Exchange<In, Out>): void;
}

/**
 * Serves a request at a route: checks its method, provides memory for its body, and sends refusals.
 * @throws `method_not_allowed`; errors of the route that it does not send itself
 */
export async function serveRoute<In extends IncomingMessage, Out extends ServerResponse>(
  route: Route<In, Out>,
  { request, response }: Exchange<In, Out>,
): Promise<void> {
  requireMethod({ request, response }, route.methods);
  const allowance = new RequestBudget(route.pools, sourceOf(request), route.anonymousLimitBytes);
  const readBody = (): Promise<Buffer> => collectBody({ request, response }, allowance);
  try {
    await route.answer({ request, response, allowance, readBody });
  } catch (error) {
    if (route.refuse === undefined) throw error;
    noteRefusal(response, error);
    route.refuse(error, { request, response });
    discardRest(request);
  } finally {
    allowance.release();
  }
}

export function mountRoute(app: Express, path: string, route: Route | ((request: Request) => Route)): void {
  app.route(path).all(async (request, response) => {
    await serveRoute(typeof route === 'function' ? route(request) : route, { request, response });
  });
}

/** Mounts a route that reads no body. */
export function mountGet(app: Express, path: string, answer: (response: Response, request: Request) => unknown): void {
  app.route(path).all(async (request, response) => {
    requireMethod({ request, response }, ['GET', 'HEAD']);
    discardRest(request);
    await answer(response, request);
  });
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6 */
export function requireMethod({ request, response }: Exchange, taken: readonly string[]): void {
  if (taken.includes(request.method ?? '')) return;
  response.setHeader('Allow', taken.join(', '));
  throw new FaceError('method_not_allowed');
}

/**
 * Returns the raw query with its question mark. The URL is not parsed, because an absolute URL with an invalid host
 * would throw.
 */
export function queryOf({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const at = originalUrl.indexOf('?');
  return at === -1 ? '' : originalUrl.slice(at);
}

/** @throws `request_malformed` if the body is of another type */
export function parseForm(request: Request, body: Buffer): URLSearchParams {
  if (body.length > 0 && request.is('application/x-www-form-urlencoded') === false) {
    throw new FaceError('request_malformed', { reason: 'no form' });
  }
  return new URLSearchParams(body.toString('utf8'));
}
