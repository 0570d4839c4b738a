import { X509Certificate } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import type { Cloud } from './cloud.js';
import { MfaError, type ProviderMetadata } from './external-mfa-request.js';
import type { MethodConfiguration } from './graph-methods.js';

const discoverySuffix = '/.well-known/openid-configuration';
const KEPT_MS = 24 * 3600 * 1000;

const isAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  // Plain http is allowed on this machine only; the real Entra refuses it.
  const isSafe = protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost';
  return isSafe && search === '' && hash === '';
};

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
export async function readProvider(
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
