import { createHash } from 'node:crypto';
import express, { type Request, type RequestHandler, Router } from 'express';
import { calculateJwkThumbprint, createLocalJWKSet, decodeJwt, EmbeddedJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { forbidden, invalidToken, OAuthError } from './errors.js';
import { newId, type Org, type OrgClient } from './org.js';

export type RequireScope = (scope: string) => RequestHandler;

/**
 * Permissions and standard roles that allow the calls of a scope, by resource: to read only, or to read and change.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/guides/permissions
 */
const allowed: Readonly<Record<string, { readonly read: readonly string[]; readonly manage: readonly string[] }>> = {
  schemas: { read: ['okta.apps.manage'], manage: ['API_ACCESS_MANAGEMENT_ADMIN'] },
  authorizationServers: {
    read: ['okta.authzServers.read'],
    manage: ['okta.authzServers.manage', 'API_ACCESS_MANAGEMENT_ADMIN'],
  },
  inlineHooks: { read: ['okta.inlinehooks.read'], manage: ['okta.inlinehooks.manage'] },
  eventHooks: { read: ['okta.eventhooks.read'], manage: ['okta.eventhooks.manage'] },
  policies: { read: ['okta.policies.read'], manage: ['okta.policies.manage'] },
  idps: { read: ['okta.identityProviders.read'], manage: ['okta.identityProviders.manage'] },
  users: { read: ['okta.users.read'], manage: ['okta.users.userprofile.manage'] },
};

/** Returns true if a role allows the calls of a scope such as `okta.inlineHooks.read`. */
function mayUse(role: readonly string[] | null, scope: string): boolean {
  if (role === null) return true;
  const [, resource = '', verb] = scope.split('.');
  const { read = [], manage = [] } = allowed[resource] ?? {};
  return (verb === 'read' ? [...read, ...manage] : manage).some((name) => role.includes(name));
}

interface Grant {
  /** Scopes that the application's administrator role lets it use. */
  readonly scopes: readonly string[];
  /** Thumbprint of a DPoP token's key (RFC 9449); `null` for a bearer token. */
  readonly thumbprint: string | null;
  readonly expiresAt: number;
}

const ACCESS_TOKEN_SEC = 3600;

const formGuard = z.object({
  grant_type: z.literal('client_credentials'),
  scope: z.string(),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  client_assertion: z.string(),
});
const proofGuard = z.object({
  htm: z.string(),
  htu: z.string(),
  nonce: z.string().optional(),
  ath: z.string().optional(),
});

/** Verifies a client assertion (`private_key_jwt`). */
async function authenticateClient(org: Org, tokenUrl: string, assertion: string): Promise<OrgClient> {
  try {
    const client = org.clients.get(String(decodeJwt(assertion).iss));
    if (client === undefined) throw new Error('no such client');
    await jwtVerify(assertion, createLocalJWKSet({ keys: [...client.publicJwks] }), {
      issuer: client.id,
      subject: client.id,
      audience: tokenUrl,
      requiredClaims: ['exp'],
    });
    return client;
  } catch {
    throw new OAuthError(401, 'invalid_client', 'Client authentication failed.');
  }
}

/**
 * Creates access to the management API: API tokens (`SSWS`), and access tokens by `private_key_jwt`, DPoP-bound if the
 * application demands it.
 * @see https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/
 */
export function createAccess(org: Org): { readonly router: Router; readonly requireScope: RequireScope } {
  const grants = new Map<string, Grant>();
  const nonces = new Set<string>();
  const router = Router();

  const verifyProof = async (request: Request): Promise<{ thumbprint: string; proof: z.infer<typeof proofGuard> }> => {
    const { payload, protectedHeader } = await jwtVerify(request.get('dpop') ?? '', EmbeddedJWK, { typ: 'dpop+jwt' });
    const proof = proofGuard.parse(payload);
    const isForThis =
      proof.htm.toUpperCase() === request.method && proof.htu === org.url + request.originalUrl.split('?')[0];
    if (!isForThis || protectedHeader.jwk === undefined) throw invalidToken();
    return { thumbprint: await calculateJwkThumbprint(protectedHeader.jwk), proof };
  };

  router.post('/oauth2/v1/token', express.urlencoded({ extended: false }), async (request, response) => {
    const form = formGuard.safeParse(request.body);
    if (!form.success) throw new OAuthError(400, 'invalid_request', 'Malformed.');
    const { scope, client_assertion } = form.data;
    const client = await authenticateClient(org, `${org.url}/oauth2/v1/token`, client_assertion);
    const scopes = scope.split(' ');
    if (!scopes.every((name) => client.scopes.includes(name))) {
      throw new OAuthError(400, 'invalid_scope', 'The scope is not granted to this application.');
    }
    let thumbprint: string | null = null;
    if (client.requireDpop) {
      const verified = await verifyProof(request).catch(() => {
        throw new OAuthError(400, 'invalid_dpop_proof', 'The DPoP proof is invalid.');
      });
      if (!nonces.delete(verified.proof.nonce ?? '')) {
        const nonce = newId('', 32);
        nonces.add(nonce);
        response.set('dpop-nonce', nonce);
        throw new OAuthError(400, 'use_dpop_nonce', 'Authorization server requires nonce in DPoP proof.');
      }
      thumbprint = verified.thumbprint;
    }
    const token = newId('eyJ', 64);
    const usable = scopes.filter((name) => mayUse(client.role, name));
    grants.set(token, { scopes: usable, thumbprint, expiresAt: org.now() + ACCESS_TOKEN_SEC * 1000 });
    const token_type = thumbprint === null ? 'Bearer' : 'DPoP';
    response.json({ token_type, expires_in: ACCESS_TOKEN_SEC, access_token: token, scope });
  });

  const scopesOf = async (request: Request): Promise<readonly string[] | 'all'> => {
    const [scheme = '', credential = ''] = (request.get('authorization') ?? '').split(' ');
    if (scheme === 'SSWS' && org.apiTokens.has(credential)) return 'all';
    const grant = grants.get(credential);
    if (grant === undefined || grant.expiresAt <= org.now()) throw invalidToken();
    if (scheme === 'Bearer' && grant.thumbprint === null) return grant.scopes;
    if (scheme !== 'DPoP') throw invalidToken();
    const { thumbprint, proof } = await verifyProof(request);
    const ath = createHash('sha256').update(credential).digest('base64url');
    if (thumbprint !== grant.thumbprint || proof.ath !== ath) throw invalidToken();
    return grant.scopes;
  };

  const requireScope: RequireScope = (scope) => async (request, _response, next) => {
    const scopes = await scopesOf(request);
    if (scopes !== 'all' && !scopes.includes(scope)) throw forbidden();
    next();
  };
  return { router, requireScope };
}
