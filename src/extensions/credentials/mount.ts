import type { Express, Request, Response } from 'express';
import { consentNameOf } from '../../config/oidc.js';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import { mountGet, queryOf } from '../../http/front-door.js';
import { sendPage } from '../../http/page-layout.js';
import { languageOf } from '../../oidc/language.js';
import type { MountedIssuer, OidcIssuers } from '../../oidc/mount.js';
import { pageOf } from './clients.js';
import { renderStartPage } from './pages.js';
import { createStatusLists, statusTtlSec } from './status.js';

const keysKnownSec = 300;

export function mountCredentials(
  app: Express,
  issuers: OidcIssuers,
  deps: Ports<'issuer' | 'random' | 'state' | 'clock' | 'signer'>,
): void {
  const readStatus = createStatusLists(deps);
  const get = (
    path: string,
    answer: (issuer: MountedIssuer, request: Request, response: Response) => unknown,
  ): void => {
    mountGet(app, path, async (response, request) => {
      const issuer = issuers.get(String(request.params.connection));
      if (issuer === undefined || Object.keys(issuer.oidc.credentials).length === 0) throw new FaceError('not_found');
      await answer(issuer, request, response);
    });
  };

  get(`/oidc/:connection${pageOf(':type')}`, ({ oidc: { credentials }, connection, issuer }, request, response) => {
    const type = String(request.params.type);
    const config = Object.hasOwn(credentials, type) ? credentials[type] : undefined;
    if (config === undefined) throw new FaceError('not_found');
    const asked = Object.fromEntries(Object.keys(config.claims).map((claim) => [claim, null]));
    const page = renderStartPage(languageOf(undefined, request.acceptsLanguages()), {
      name: config.name,
      organisation: connection.policy.organisation,
      isAgain: new URLSearchParams(queryOf(request)).has('error'),
      request: {
        client_id: consentNameOf(type),
        redirect_uri: `${issuer}${pageOf(type)}`,
        response_type: 'code',
        scope: 'openid',
        claims: JSON.stringify({ userinfo: asked }),
        // Two credentials may have different content, so consent is requested for each.
        prompt: 'consent',
        // The challenge is random and its PKCE verifier is unknown, so that no authorization code can be redeemed.
        code_challenge: Buffer.from(deps.random(32)).toString('base64url'),
        code_challenge_method: 'S256',
      },
    });
    sendPage(response, page);
  });

  get('/oidc/:connection/status/:list', async ({ connection, issuer }, request, response) => {
    const jws = await readStatus({ connection, issuer }, String(request.params.list));
    response
      .set('Access-Control-Allow-Origin', '*')
      .set('Cache-Control', `public, max-age=${statusTtlSec}`)
      .type('application/statuslist+jwt')
      .send(jws);
  });

  for (const path of ['/.well-known/jwt-vc-issuer/oidc/:connection', '/oidc/:connection/.well-known/jwt-vc-issuer']) {
    get(path, ({ issuer }, _request, response) => {
      response
        .set('Access-Control-Allow-Origin', '*')
        .set('Cache-Control', `public, max-age=${keysKnownSec}`)
        .json({ issuer, jwks_uri: `${deps.issuer}/.well-known/jwks.json` });
    });
  }
}
