import type { Express, Request, Response } from 'express';
import { paths } from '../connections/openid-client.js';
import { framesOf } from '../core/base/frames.js';
import { languageOf } from '../core/base/languages.js';
import type { CoreDeps } from '../core/deps.js';
import type { Log } from '../core/ports.js';
import { FaceError, isFault, refusals, toCode } from '../errors.js';
import { noteRefusal, requestIdOf } from '../http/access-log.js';
import { mountRoute } from '../http/front-door.js';
import { sendPage } from '../http/page-layout.js';
import type { CallerPools } from '../http/request-budget.js';
import type { OidcExtension, OidcIssuer, OidcRoute } from './feature.js';
import type { createInteraction } from './interaction.js';
import { oidcErrors } from './library.js';
import { pageErrorOf, renderErrorPage } from './pages.js';

export interface MountedIssuer extends OidcIssuer {
  readonly interact: ReturnType<typeof createInteraction>;
}

export type OidcIssuers = ReadonlyMap<string, MountedIssuer>;

const ownRoutes: readonly OidcRoute[] = [
  { path: paths.discovery, methods: ['GET', 'HEAD', 'OPTIONS'] },
  // RFC 8414, section 3.1
  { path: paths.metadata, methods: ['GET', 'HEAD', 'OPTIONS'], isWellKnown: true },
  { path: paths.keys, methods: ['GET', 'HEAD', 'OPTIONS'] },
  { path: paths.authorize, methods: ['GET', 'POST'] },
  { path: `${paths.authorize}/:uid`, methods: ['GET'] },
  { path: `${paths.interaction}/:uid`, methods: ['GET', 'POST'] },
  { path: paths.push, methods: ['POST', 'OPTIONS'] },
  { path: paths.token, methods: ['POST', 'OPTIONS'] },
  { path: paths.userInfo, methods: ['GET', 'POST', 'OPTIONS'] },
];

/** Returns the routes of the provider, with their addresses on this server. */
const routesWith = (extensions: readonly OidcExtension[]) =>
  [...ownRoutes, ...extensions.flatMap(({ routes = [] }) => routes)].flatMap(({ path, methods, isWellKnown }) => [
    { address: `/oidc/:connection${path}`, path, methods },
    ...(isWellKnown === true ? [{ address: `${path}/oidc/:connection`, path, methods }] : []),
  ]);

const maxFormBytes = 56 * 1024;

/**
 * Mounts the OpenID provider of every connection at `/oidc/<connection>`. Bodies are read here, within limits.
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
      methods,
      pools,
      anonymousLimitBytes: maxFormBytes,
      async answer({ request, response, readBody }) {
        const issuer = issuers.get(String(request.params.connection));
        if (issuer === undefined) throw new FaceError('not_found');
        setPageHeaders(response);
        const body = request.method === 'POST' ? await readBody() : null;
        const page = pageAt(path, issuer);
        if (page === null) {
          const uid = encodeURIComponent(String(request.params.uid));
          return issuer.answer(request, response, { path: path.replace(':uid', uid), body });
        }
        await page(request, response, readForm(request, body)).catch((error) =>
          sendErrorPage(request, response, error, deps.log),
        );
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

/** Lets pop-up sign-ins keep access to the window that opened them. */
function setPageHeaders(response: Response): void {
  response.removeHeader('Cross-Origin-Opener-Policy');
  response.set('X-Frame-Options', 'DENY');
}

function readForm(request: Request, body: Buffer | null): URLSearchParams | null {
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
