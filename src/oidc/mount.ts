import { IncomingMessage } from 'node:http';
import type { Express, Request, Response } from 'express';
import { paths } from '../connections/openid-client.js';
import { framesOf } from '../core/base/frames.js';
import type { CoreDeps } from '../core/deps.js';
import type { Log } from '../core/ports.js';
import { FaceError, isFault, refusals, toCode } from '../errors.js';
import { noteRefusal, requestIdOf, sourceOf } from '../http/access-log.js';
import { mountRoute, queryOf } from '../http/front-door.js';
import { sendPage } from '../http/page-layout.js';
import type { CallerPools } from '../http/request-budget.js';
import type { OidcExtension, OidcIssuer } from './feature.js';
import type { createInteraction } from './interaction.js';
import { languageOf } from './language.js';
import { oidcErrors } from './library.js';
import { pageErrorOf, renderErrorPage } from './pages.js';
import { returnParameter } from './return-visit.js';

export interface MountedIssuer extends OidcIssuer {
  readonly interact: ReturnType<typeof createInteraction>;
}

export type OidcIssuers = ReadonlyMap<string, MountedIssuer>;

const methodsByPath = {
  [paths.discovery]: ['GET', 'HEAD', 'OPTIONS'],
  [paths.metadata]: ['GET', 'HEAD', 'OPTIONS'],
  [paths.keys]: ['GET', 'HEAD', 'OPTIONS'],
  [paths.authorize]: ['GET', 'POST'],
  [`${paths.authorize}/:uid`]: ['GET'],
  [`${paths.interaction}/:uid`]: ['GET', 'POST'],
  [paths.push]: ['POST', 'OPTIONS'],
  [paths.token]: ['POST', 'OPTIONS'],
  [paths.userInfo]: ['GET', 'POST', 'OPTIONS'],
};

/** Returns the routes of the provider. Metadata is also served at the well-known path of RFC 8414, section 3.1. */
function routesWith(extensions: readonly OidcExtension[]) {
  const all: Readonly<Record<string, readonly string[]>> = Object.assign(
    {},
    methodsByPath,
    ...extensions.map((each) => each.methodsByPath),
  );
  const wellKnown = [paths.metadata, ...extensions.flatMap((each) => each.wellKnownPaths ?? [])];
  return Object.entries(all).flatMap(([path, methods]) => [
    { address: `/oidc/:connection${path}`, path, methods },
    ...(wellKnown.includes(path) ? [{ address: `${path}/oidc/:connection`, path, methods }] : []),
  ]);
}

const maxFormBytes = 56 * 1024;

/**
 * Mounts the OpenID provider of every connection at `/oidc/<connection>`. Bodies are read here, within limits.
 * Parameters of a POST to the authorization endpoint are moved to the query, where `OidcClient.admit` can check them
 * first.
 * @throws `not_found`, `method_not_allowed`, `body_too_large`, `request_malformed`
 */
export function mountOidc(
  app: Express,
  issuers: OidcIssuers,
  { extensions, pools }: { readonly extensions: readonly OidcExtension[]; readonly pools: CallerPools },
  deps: CoreDeps,
): void {
  for (const { address, path, methods } of routesWith(extensions)) {
    mountRoute(app, address, {
      ...{ methods, pools, anonymousLimitBytes: maxFormBytes },
      async answer({ request, response, readBody }) {
        const issuer = issuers.get(String(request.params.connection));
        if (issuer === undefined) throw new FaceError('not_found');
        overrideForwardedHeaders(request, response, issuer);
        const visit = { request, response, body: request.method === 'POST' ? await readBody() : null };
        const page = pageAt(path, issuer);
        if (page === null) await answer(path, issuer, { ...visit, extensions });
        else {
          await page(request, response, readForm(visit)).catch((error) =>
            sendErrorPage(request, response, error, deps.log),
          );
        }
      },
    });
  }
  for (const { mount } of extensions) mount?.(app, issuers, deps);
}

function pageAt(path: string, issuer: MountedIssuer): MountedIssuer['interact'] | null {
  if (path.startsWith(paths.interaction)) return issuer.interact;
  const page = issuer.features.flatMap(({ pages }) => pages?.[path] ?? []).at(0);
  return page === undefined ? null : (request, response, form) => page(issuer, request, response, form);
}

/**
 * Overrides forwarded headers, so that URLs and cookie attributes depend on the issuer only. Also lets pop-up sign-ins
 * keep access to the window that opened them.
 */
function overrideForwardedHeaders(request: Request, response: Response, { issuer }: OidcIssuer): void {
  request.headers['x-forwarded-proto'] = new URL(issuer).protocol.slice(0, -1);
  request.headers['x-forwarded-host'] = new URL(issuer).host;
  response.removeHeader('Cross-Origin-Opener-Policy');
  response.set('X-Frame-Options', 'DENY');
}

interface EndpointRequest {
  readonly request: Request;
  readonly response: Response;
  readonly body: Buffer | null;
}

async function answer(
  path: string,
  issuer: OidcIssuer,
  visit: EndpointRequest & { readonly extensions: readonly OidcExtension[] },
): Promise<void> {
  const { request, response, body } = visit;
  const form = path.startsWith(paths.authorize) ? readForm(visit) : null;
  const sent = form ?? new URLSearchParams(queryOf(request));
  // RFC 9126, section 4, requires both parameters, but browsers of some providers send only `request_uri`.
  if (sent.has('request_uri') && !sent.has('client_id') && issuer.pushingClientId !== null) {
    sent.set('client_id', issuer.pushingClientId);
  }
  const sentBackAt = sent.get(returnParameter);
  sent.delete(returnParameter);
  const client = path === paths.authorize ? issuer.clients.get(sent.get('client_id') ?? '') : undefined;
  const admit = client?.admit ?? null;
  const admission = admit ? await admit(sent).catch((refusal: unknown) => ({ refusal })) : null;
  if (form !== null) request.method = 'GET';
  const params = admission !== null && 'params' in admission ? admission.params : sent;
  const lacksNonce = client?.needsNoNonce === true && isSentEmpty(params, 'nonce');
  if (lacksNonce) params.set('nonce', 'none');
  const query = params.toString();
  const uid = request.params.uid;
  request.url = `${path.replace(':uid', encodeURIComponent(String(uid)))}${query === '' ? '' : `?${query}`}`;
  const handedOn = body === null || form !== null ? request : withBody(request, completed(path, visit, body));
  issuer.noteArrival(handedOn, { source: sourceOf(request), sentBackAt, lacksNonce, admission });
  const { handle } = await issuer.running();
  await handle(handedOn, response);
}

/** Returns true for an empty parameter. Duplicates are left for the library to refuse. */
const isSentEmpty = (params: URLSearchParams, name: string): boolean =>
  params.getAll(name).length < 2 && (params.get(name) ?? '') === '';

function completed(
  path: string,
  { request, response, extensions }: Parameters<typeof answer>[2],
  body: Buffer,
): Buffer {
  const form = readForm({ request, response, body });
  const isChanged = form !== null && extensions.some(({ completeForm }) => completeForm?.(path, form) === true);
  return isChanged ? Buffer.from(form.toString()) : body;
}

function withBody(request: Request, body: Buffer): IncomingMessage {
  const { method, url, httpVersion, socket } = request;
  const headers = { ...request.headers, 'content-length': String(body.length) };
  const again = Object.assign(new IncomingMessage(socket), { method, url, headers, httpVersion, complete: true });
  again.push(body);
  again.push(null);
  return again;
}

function readForm({ request, body }: EndpointRequest): URLSearchParams | null {
  if (body === null) return null;
  const isForm = request.is('application/x-www-form-urlencoded') !== false;
  return new URLSearchParams(isForm ? body.toString('utf8') : '');
}

function sendErrorPage(request: Request, response: Response, error: unknown, log: Log): void {
  const isProtocol = error instanceof oidcErrors.OIDCProviderError;
  const code = isProtocol ? 'not_found' : toCode(error);
  noteRefusal(response, isProtocol ? new FaceError('not_found') : error);
  const reference = requestIdOf(response);
  if (isFault(code)) log.error('OpenID interaction failed', { code, frames: framesOf(error) });
  const status = isProtocol ? error.statusCode : refusals[code].status;
  const language = languageOf(undefined, request.acceptsLanguages());
  const page = { error: pageErrorOf(status, error), code: isProtocol ? error.error : code, reference };
  sendPage(response.status(status), renderErrorPage(language, page));
}
