import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import express, { type Response, Router } from 'express';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Html, html } from '../../src/core/base/html.js';
import { type Cloud, MfaError, type MfaRequest, type MfaResult, type ProviderMetadata } from './cloud.js';
import { discoverySuffix, isAddress, isOffered, type MethodConfiguration } from './graph-methods.js';
import { type DirectoryUser, findApplication, findServicePrincipal, signToken, type Tenant } from './tenant.js';

const KEPT_MS = 24 * 3600 * 1000;

const includes = (value: string) => z.array(z.string()).refine((list) => list.includes(value));

const metadataGuard = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string().refine(isAddress),
  jwks_uri: z.string().refine(isAddress),
  scopes_supported: includes('openid'),
  response_types_supported: includes('id_token'),
  response_modes_supported: includes('form_post'),
  subject_types_supported: includes('public'),
  id_token_signing_alg_values_supported: includes('RS256'),
  claim_types_supported: includes('normal').optional(),
});

const keysGuard = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

/**
 * Reads a provider's metadata as Entra does, and caches it for a day.
 * @throws MfaError if Entra would refuse it
 */
async function readProvider(
  cloud: Cloud,
  { openIdConnectSetting: { discoveryUrl } }: MethodConfiguration,
): Promise<ProviderMetadata> {
  const { providerMetadata, now } = cloud;
  const kept = providerMetadata.get(discoveryUrl);
  if (kept !== undefined && kept.readAt + KEPT_MS > now()) return kept;
  const parsed = metadataGuard.safeParse(await readJson(cloud, discoveryUrl, 'discovery'));
  if (!parsed.success) throw new MfaError(`discovery_${String(parsed.error.issues[0]?.path[0] ?? 'body')}`);
  const { issuer, authorization_endpoint: authorizationEndpoint, jwks_uri } = parsed.data;
  // Entra compares issuers exactly, so a default port or a trailing slash makes a different issuer.
  if (`${issuer}${discoverySuffix}` !== discoveryUrl) throw new MfaError('discovery_issuer');
  const set = keysGuard.safeParse(await readJson(cloud, jwks_uri, 'keys'));
  if (!set.success) throw new MfaError('keys_body');
  const keys: JSONWebKeySet = { keys: set.data.keys as JWK[] };
  for (const key of keys.keys) checkKey(key);
  const read = { issuer, authorizationEndpoint, keys, readAt: now() };
  providerMetadata.set(discoveryUrl, read);
  return read;
}

async function readJson({ fetchProvider }: Cloud, url: string, what: string): Promise<unknown> {
  const response = await fetchProvider(url, {
    headers: { 'accept-encoding': 'identity' },
    redirect: 'manual',
    signal: AbortSignal.timeout(5_000),
  }).catch(() => {
    throw new MfaError(`${what}_unreachable`);
  });
  const text = await response.text();
  if (response.status !== 200) throw new MfaError(`${what}_status`);
  if (response.headers.get('content-length') !== String(Buffer.byteLength(text))) {
    throw new MfaError(`${what}_content_length`);
  }
  if (!/^application\/(json|jwk-set\+json)\b/.test(response.headers.get('content-type') ?? '')) {
    throw new MfaError(`${what}_content_type`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new MfaError(`${what}_body`);
  }
}

/** Each key needs a matching certificate and a base64 `kid`. */
function checkKey({ kty, use, kid, n, e, x5c }: JWK): void {
  if (kty !== 'RSA' || use !== 'sig' || n === undefined || e === undefined) throw new MfaError('keys_kind');
  // Refuses key IDs that are names, such as `key-1`. A base64 digest is longer than such names.
  if (kid === undefined || !/^[\w+/-]{16,}={0,2}$/.test(kid)) throw new MfaError('keys_kid');
  const [certificate] = x5c ?? [];
  if (certificate === undefined) throw new MfaError('keys_x5c');
  const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'));
  if (publicKey.export({ format: 'jwk' }).n !== n) throw new MfaError('keys_x5c');
}

const callbackPath = '/common/federation/externalauthprovider';

/** Time that Entra waits for an answer, approximately. */
const PATIENCE_MS = 5 * 60_000;

/** Accepted authentication methods (`amr`): those of possession and inherence. */
const acceptedMethods = 'face fpt iris retina vbm fido hwk otp pop sc sms swk tel'.split(' ');

/** Requested `acr` after a password. */
const requestedAcr = 'possessionorinherence';

export interface MfaStart {
  readonly userId: string;
  /** False to send no nonce. Entra's documentation says that it sends one "if provided". */
  readonly withNonce?: boolean;
}

/**
 * Reads the provider's metadata and returns the form for the user's browser to post.
 * @throws MfaError if Entra shows an error instead
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export async function startExternalMfa(
  cloud: Cloud,
  tenant: Tenant,
  { userId, withNonce = true }: MfaStart,
): Promise<{ readonly action: string; readonly fields: Readonly<Record<string, string>> }> {
  const user = tenant.users.get(userId);
  if (user === undefined) throw new MfaError('user_unknown');
  const method = [...tenant.methods.values()].find((each) => isOffered(tenant, each, userId));
  if (method === undefined) throw new MfaError('method_not_offered');
  const { appId, openIdConnectSetting } = method;
  if (findServicePrincipal(tenant, appId) === undefined) throw new MfaError('AADSTS900491');
  const provider = await readProvider(cloud, method);
  const registered = findApplication(tenant, appId)?.web.redirectUris ?? [];
  if (!registered.includes(provider.authorizationEndpoint)) throw new MfaError('IDSTS50161');

  const state = randomUUID() + randomUUID();
  const nonce = withNonce ? randomUUID() + randomUUID() : null;
  const sub = createHash('sha256').update(`${userId}${appId}`).digest('base64url');
  const startedAt = cloud.now();
  cloud.mfaRequests.set(state, { tenantId: tenant.id, userId, method, provider, nonce, sub, startedAt });
  const hint = {
    ver: '2.0',
    iss: tenant.issuer,
    aud: cloud.hintAudience === 'clientId' ? openIdConnectSetting.clientId : appId,
    tid: tenant.id,
    oid: userId,
    sub,
    name: user.displayName,
    preferred_username: user.userPrincipalName,
  };
  return {
    action: provider.authorizationEndpoint,
    fields: {
      scope: 'openid',
      response_mode: 'form_post',
      // Spelled as in the documentation.
      response_type: 'Id_token',
      client_id: openIdConnectSetting.clientId,
      redirect_uri: `${cloud.url}${callbackPath}`,
      ...(nonce === null ? {} : { nonce }),
      state,
      // The hint is intentionally issued with an expiry in the past.
      id_token_hint: await signToken(tenant, hint, startedAt, -1),
      claims: JSON.stringify({
        id_token: {
          acr: { essential: true, values: [requestedAcr] },
          amr: { essential: true, values: acceptedMethods },
        },
      }),
      'client-request-id': randomUUID(),
    },
  };
}

const answerGuard = z.object({ state: z.string(), id_token: z.string().optional(), error: z.string().optional() });

const idTokenGuard = z.object({
  acr: z.string(),
  amr: z.array(z.string()).length(1),
  sub: z.string(),
  nonce: z.string().optional(),
  aud: z.string(),
  iat: z.number(),
  exp: z.number(),
});

/** Validates the form that the provider posts back against all documented rules. */
export async function finishExternalMfa(cloud: Cloud, form: unknown): Promise<MfaResult> {
  const answer = answerGuard.safeParse(form);
  const state = answer.data?.state ?? '';
  const request = cloud.mfaRequests.get(state);
  cloud.mfaRequests.delete(state);
  const result: MfaResult = await check(cloud, request, answer.data ?? {}).then(
    () => ({ userId: request?.userId ?? null, passed: true, reason: null }),
    (error: unknown) => {
      if (!(error instanceof MfaError)) throw error;
      return { userId: request?.userId ?? null, passed: false, reason: error.reason };
    },
  );
  if (result.passed && request !== undefined) register(cloud, request);
  return result;
}

async function check(
  { now }: Cloud,
  request: MfaRequest | undefined,
  { id_token, error }: { readonly id_token?: string | undefined; readonly error?: string | undefined },
): Promise<void> {
  if (request === undefined) throw new MfaError('state');
  const { provider, method, sub, nonce, startedAt } = request;
  if (error !== undefined) throw new MfaError(/^[\x20-\x7e]+$/.test(error) ? `error_${error}` : 'error_not_ascii');
  if (id_token === undefined) throw new MfaError('id_token_missing');
  if (now() - startedAt > PATIENCE_MS) throw new MfaError('too_late');
  const { kid } = decodeProtectedHeader(id_token);
  if (!provider.keys.keys.some((key) => key.kid === kid)) throw new MfaError('kid');
  const { payload } = await jwtVerify(id_token, createLocalJWKSet(provider.keys), {
    algorithms: ['RS256'],
    currentDate: new Date(now()),
    clockTolerance: 5,
  }).catch(() => {
    throw new MfaError('IDSTS50012');
  });
  const parsed = idTokenGuard.safeParse(payload);
  if (!parsed.success) throw new MfaError(`id_token_${String(parsed.error.issues[0]?.path[0] ?? 'claims')}`);
  const { acr, amr, ...claims } = parsed.data;
  if (payload.iss !== provider.issuer) throw new MfaError('iss');
  if (claims.aud !== method.openIdConnectSetting.clientId) throw new MfaError('aud');
  if (claims.sub !== sub) throw new MfaError('sub');
  if ((claims.nonce ?? null) !== nonce) throw new MfaError('nonce');
  if (acr !== requestedAcr) throw new MfaError('acr');
  if (!acceptedMethods.includes(amr[0] ?? '')) throw new MfaError('amr');
}

/** The first success registers the user for the method, as the sign-in wizard does. */
function register({ tenants }: Cloud, { tenantId, userId, method }: MfaRequest): void {
  const registrations = tenants.get(tenantId)?.methodRegistrations;
  const isThere = registrations?.some((each) => each.userId === userId && each.configurationId === method.id);
  if (isThere !== false) return;
  registrations?.push({
    '@odata.type': '#microsoft.graph.externalAuthenticationMethod',
    id: randomUUID(),
    userId,
    configurationId: method.id,
    displayName: method.displayName,
  });
}

const page = (body: Html): Html =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head><body>${body}</body></html>`;

const resultPage = ({ passed, reason }: Omit<MfaResult, 'userId'>): Html =>
  page(
    html`<main data-result="${passed ? 'passed' : 'failed'}" data-reason="${reason ?? null}">
<h1>${passed ? 'You are signed in' : 'Sorry, we could not sign you in'}</h1></main>`,
  );

function findUser({ tenants }: Cloud, name: string): { tenant: Tenant; user: DirectoryUser } | undefined {
  for (const tenant of tenants.values()) {
    for (const user of tenant.users.values()) {
      if (user.id === name || user.userPrincipalName === name) return { tenant, user };
    }
  }
  return undefined;
}

/**
 * Creates the External MFA pages. `/external-mfa/start?user=<name or id>` posts the form to the provider without a
 * click. The callback page shows the result.
 */
export function createExternalMfaPages(cloud: Cloud): Router {
  const router = Router();
  const show = (response: Response, shown: Html): void => void response.type('html').send(shown.toString());

  router.get('/external-mfa/start', async (request, response) => {
    const found = findUser(cloud, String(request.query.user));
    if (found === undefined) {
      show(response.status(404), resultPage({ passed: false, reason: 'user_unknown' }));
      return;
    }
    try {
      const { action, fields } = await startExternalMfa(cloud, found.tenant, { userId: found.user.id });
      const inputs = Object.entries(fields).map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
      );
      const form = html`<form method="post" action="${action}">${inputs}<button>Continue</button></form>`;
      show(response, page(html`${form}<script>document.forms[0].submit()</script>`));
    } catch (error) {
      if (!(error instanceof MfaError)) throw error;
      show(response, resultPage({ passed: false, reason: error.reason }));
    }
  });

  router.post(callbackPath, express.urlencoded({ extended: false }), async (request, response) => {
    show(response, resultPage(await finishExternalMfa(cloud, request.body)));
  });
  return router;
}
