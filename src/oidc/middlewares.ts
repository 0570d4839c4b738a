import { type OidcClient, paths } from '../connections/openid-client.js';
import { queryOf } from '../http/front-door.js';
import { type Middleware, type OidcRequest, requestOf } from './request.js';
import { returnParameter } from './return-visit.js';

type Clients = ReadonlyMap<string, OidcClient>;

/** Creates the steps of an authorization request before the library reads it, in order. */
export const createAuthorizationMiddlewares = (
  clients: Clients,
  pushingClientId: string | null,
): readonly Middleware[] =>
  [
    readParameters,
    addPushingClient(pushingClientId),
    takeReturnTime,
    admitByClient(clients),
    addNonce(clients),
    passParameters,
  ].map(
    (step): Middleware =>
      (context, next) =>
        requestOf(context).path === paths.authorize ? step(context, next) : next(),
  );

/** Removes the issuer's path from the URL, because the library routes only what is below it. */
export const routeBelowIssuer: Middleware = (context, next) => {
  context.url = `${requestOf(context).path}${queryOf(context)}`;
  return next();
};

/**
 * Lets the library read the body, which was read within limits. The library reads streams only: for a body in
 * `request.body` it prints a warning.
 */
export const replayBody: Middleware = (context, next) => {
  const { body } = requestOf(context);
  if (body !== null) {
    Object.defineProperties(context.req, { readable: { value: true }, iterator: { value: () => [body] } });
    Object.defineProperty(context.request, 'length', { value: body.length });
  }
  return next();
};

const readParameters: Middleware = (context, next) => {
  const request = requestOf(context);
  const isForm = context.is('application/x-www-form-urlencoded') !== false;
  const form = isForm ? (request.body?.toString('utf8') ?? '') : '';
  request.params = new URLSearchParams(request.body === null ? queryOf(context) : form);
  return next();
};

/** RFC 9126, section 4, requires both parameters, but browsers of some providers send only `request_uri`. */
const addPushingClient =
  (pushingClientId: string | null): Middleware =>
  (context, next) => {
    const { params } = requestOf(context);
    if (params.has('request_uri') && !params.has('client_id') && pushingClientId !== null) {
      params.set('client_id', pushingClientId);
    }
    return next();
  };

const takeReturnTime: Middleware = (context, next) => {
  const request = requestOf(context);
  request.sentBackAt = request.params.get(returnParameter);
  request.params.delete(returnParameter);
  return next();
};

/** Lets the client check the request. A refusal is sent after the library has validated where to. */
const admitByClient =
  (clients: Clients): Middleware =>
  async (context, next) => {
    const request = requestOf(context);
    const admit = clientOf(clients, request)?.admit ?? null;
    if (admit !== null) {
      request.admission = await admit(request.params).catch((refusal: unknown) => ({ refusal }));
      if ('params' in request.admission) request.params = request.admission.params;
    }
    return next();
  };

/** Adds a nonce for clients that need none, because the library requires one. It is removed after validation. */
const addNonce =
  (clients: Clients): Middleware =>
  (context, next) => {
    const request = requestOf(context);
    request.lacksNonce = clientOf(clients, request)?.needsNoNonce === true && isSentEmpty(request.params, 'nonce');
    if (request.lacksNonce) request.params.set('nonce', 'none');
    return next();
  };

/**
 * Passes the parameters as those of a GET. With its own support of POST (`enableHttpPostMethods`), the library would
 * require cookies with `SameSite=None`.
 */
const passParameters: Middleware = (context, next) => {
  const request = requestOf(context);
  context.method = 'GET';
  context.querystring = request.params.toString();
  return next();
};

const clientOf = (clients: Clients, { params }: OidcRequest): OidcClient | undefined =>
  clients.get(params.get('client_id') ?? '');

/** Returns true for an empty parameter. Duplicates are left for the library to refuse. */
const isSentEmpty = (params: URLSearchParams, name: string): boolean =>
  params.getAll(name).length < 2 && (params.get(name) ?? '') === '';
