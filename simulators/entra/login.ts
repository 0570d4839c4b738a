import { createHash, X509Certificate } from 'node:crypto';
import express, { type Response, Router } from 'express';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Cloud, CloudPart } from './cloud.js';
import {
  type Application,
  findApplication,
  findServicePrincipal,
  grantedRoles,
  graphAppId,
  signToken,
  type Tenant,
} from './tenant.js';

class TokenError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly code: number,
    message: string,
  ) {
    super(`AADSTS${code}: ${message}`);
  }
}

const formGuard = z.object({
  grant_type: z.string(),
  scope: z.string(),
  client_id: z.string(),
  client_secret: z.string().optional(),
  client_assertion: z.string().optional(),
  client_assertion_type: z.string().optional(),
});

/** Returns true to continue with a request, or answers it with the injected fault. */
export function passFault(cloud: Cloud, part: CloudPart, response: Response): boolean {
  cloud.requests[part] += 1;
  const fault = cloud.faults.get(part);
  if (fault === undefined) return true;
  if (fault.retryAfterSec !== undefined) response.set('Retry-After', String(fault.retryAfterSec));
  response.status(fault.status).json({ error: { code: 'serviceUnavailable', message: 'Made to fail.' } });
  return false;
}

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export function createLogin(cloud: Cloud): Router {
  const router = Router();
  const find = (id: unknown): Tenant => {
    const tenant = cloud.tenants.get(String(id));
    if (tenant === undefined) throw new TokenError(400, 'invalid_request', 90002, `Tenant '${id}' not found.`);
    return tenant;
  };

  router.get('/:tenant/v2.0/.well-known/openid-configuration', (request, response) => {
    if (!passFault(cloud, 'keys', response)) return;
    const { id, issuer } = find(request.params.tenant);
    response.json({
      issuer,
      token_endpoint: `${cloud.url}/${id}/oauth2/v2.0/token`,
      authorization_endpoint: `${cloud.url}/${id}/oauth2/v2.0/authorize`,
      end_session_endpoint: `${cloud.url}/${id}/oauth2/v2.0/logout`,
      jwks_uri: `${cloud.url}/${id}/discovery/v2.0/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['pairwise'],
    });
  });

  router.get('/:tenant/discovery/v2.0/keys', (request, response) => {
    if (!passFault(cloud, 'keys', response)) return;
    const { keys, issuer } = find(request.params.tenant);
    response.json({ keys: keys.map(({ publicJwk }) => ({ issuer, ...publicJwk })) });
  });

  router.post('/:tenant/oauth2/v2.0/token', express.urlencoded({ extended: false }), async (request, response) => {
    if (!passFault(cloud, 'login', response)) return;
    try {
      const tenant = find(request.params.tenant);
      const form = formGuard.safeParse(request.body);
      if (!form.success) throw new TokenError(400, 'invalid_request', 900144, 'The request body is incomplete.');
      response.json(await issueGraphToken(cloud, tenant, form.data));
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      response.status(error.status).json({
        error: error.error,
        error_description: error.message,
        error_codes: [error.code],
        timestamp: new Date(cloud.now()).toISOString(),
      });
    }
  });
  return router;
}

async function issueGraphToken(cloud: Cloud, tenant: Tenant, form: z.infer<typeof formGuard>) {
  if (form.grant_type !== 'client_credentials') {
    throw new TokenError(400, 'unsupported_grant_type', 70003, 'The grant type is not supported.');
  }
  const { url } = cloud;
  if (form.scope.split(' ')[0] !== `${url}/.default`) {
    throw new TokenError(400, 'invalid_scope', 1002012, 'The provided value for scope is not valid.');
  }
  const application = findAnywhere(cloud, form.client_id);
  if (application === undefined) {
    throw new TokenError(400, 'unauthorized_client', 700016, 'The application was not found in the directory.');
  }
  await authenticate(cloud, tenant, application, form);
  if (findServicePrincipal(tenant, application.appId) === undefined) {
    throw new TokenError(400, 'unauthorized_client', 7000229, 'The client application is missing service principal.');
  }
  const roles = grantedRoles(tenant, application.appId);
  const claims = { aud: graphAppId, iss: tenant.issuer, tid: tenant.id, appid: application.appId, roles };
  const access_token = await signToken(tenant, claims, cloud.now());
  return { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token };
}

// An application of another tenant can authenticate here once this tenant has the application's service principal.
const findAnywhere = ({ tenants }: Cloud, appId: string): Application | undefined =>
  [...tenants.values()].map((tenant) => findApplication(tenant, appId)).find((found) => found !== undefined);

async function authenticate(
  { url }: Cloud,
  { id }: Tenant,
  { appId, secrets, certificates }: Application,
  { client_secret, client_assertion, client_assertion_type }: z.infer<typeof formGuard>,
): Promise<void> {
  if (client_assertion === undefined) {
    if (client_secret !== undefined && secrets.has(client_secret)) return;
    throw new TokenError(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
  }
  if (client_assertion_type !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    throw new TokenError(401, 'invalid_client', 50027, 'The assertion type is not supported.');
  }
  const thumbprint = z.object({ 'x5t#S256': z.string() }).safeParse(decodeProtectedHeader(client_assertion));
  const certificate = [...certificates]
    .map((pem) => new X509Certificate(pem))
    .find(({ raw }) => createHash('sha256').update(raw).digest('base64url') === thumbprint.data?.['x5t#S256']);
  if (certificate === undefined) {
    throw new TokenError(401, 'invalid_client', 700027, 'The certificate with the thumbprint was not found.');
  }
  await jwtVerify(client_assertion, certificate.publicKey, {
    issuer: appId,
    subject: appId,
    audience: `${url}/${id}/oauth2/v2.0/token`,
    algorithms: ['PS256', 'RS256'],
    requiredClaims: ['exp', 'jti'],
    // The SDK signs by the real clock and rounds up, so allow a difference.
    clockTolerance: 300,
  }).catch(() => {
    throw new TokenError(401, 'invalid_client', 700027, 'Client assertion failed signature validation.');
  });
}
