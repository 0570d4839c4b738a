import { createHash, createPrivateKey } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import type { JsonObject } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { deriveMac, type KeyPair, toKeyPair } from '../../core/derived-key.js';
import type { DocumentRequest } from '../../core/ports.js';
import { addSec, toEpochSec } from '../../core/units.js';
import type { DocumentsConfig } from './config.js';
import { type KindName, kindNames, kinds } from './kinds.js';

/* Requests for documents by OpenID4VP 1.0. https://openid.net/specs/openid-4-verifiable-presentations-1_0.html */

/** Seconds for which a signed request counts. */
const requestLifeSec = 15 * 60;

/** Longer than the 32 bytes from which a token's key is derived, so that the keys differ. */
const label = Buffer.from('facestep/digital-documents/the secrets of the requests of all checks');

/** What one check and its documents share: responses are encrypted to its key. Derived, so that all replicas know it and nothing is stored. */
export interface RequestSecrets extends Omit<KeyPair, 'point'> {
  readonly nonce: string;
  /** Last part of the link, which only those know who were given it. */
  readonly place: string;
  readonly thumbprint: Uint8Array;
}

/** @throws `key_service_unavailable` */
export async function deriveSecrets(stepUpId: string, { keys }: Ports<'keys'>): Promise<RequestSecrets> {
  const mac = await deriveMac(await keys.currentVersion(), label, { keys });
  const derive = (use: string): Buffer => mac(JSON.stringify([stepUpId, use]));
  const { privateKey, publicKey } = toKeyPair(derive('first half of the key'), derive('second half of the key'));
  const secrets = { nonce: derive('nonce').toString('base64url'), place: derive('place').toString('base64url') };
  const thumbprint = Buffer.from(await calculateJwkThumbprint(publicKey, 'sha256'), 'base64url');
  return { ...secrets, privateKey, publicKey, thumbprint };
}

/** Documents by the Digital Credentials Query Language: any one of the kinds. Nothing is retained. */
const toQuery = ({ issuers, birthdate }: DocumentsConfig): JsonObject => {
  const wanted = kindNames.filter((kind) => issuers.some((issuer) => issuer.kinds.includes(kind)));
  const elements = ['portrait', 'family_name', 'given_name', ...(birthdate ? ['birth_date'] : [])];
  const toCredential = (kind: KindName): JsonObject => ({
    id: kind,
    format: 'mso_mdoc',
    meta: { doctype_value: kinds[kind].docType },
    claims: elements.map((element) => ({ path: [kinds[kind].namespace, element], intent_to_retain: false })),
  });
  return { credentials: wanted.map(toCredential), credential_sets: [{ options: wanted.map((kind) => [kind]) }] };
};

const toMetadata = ({ publicKey }: RequestSecrets): JsonObject => ({
  jwks: { keys: [{ ...publicKey, use: 'enc', alg: 'ECDH-ES', kid: 'response' }] },
  encrypted_response_enc_values_supported: ['A256GCM', 'A128GCM'],
  vp_formats_supported: {
    mso_mdoc: { issuerauth_alg_values: [-7, -35, -36, -8], deviceauth_alg_values: [-7, -35, -36, -8] },
  },
});

/** Client id that names the certificate of requests. */
export const clientIdOf = ({ certificate }: NonNullable<DocumentsConfig['request']>): string =>
  `x509_hash:${createHash('sha256').update(certificate.raw).digest('base64url')}`;

/** Signs a request. @param own - members of the way in which the response is sent */
export async function signRequest(
  config: DocumentsConfig & { readonly request: NonNullable<DocumentsConfig['request']> },
  secrets: RequestSecrets,
  own: JsonObject,
  { clock }: Ports<'clock'>,
): Promise<string> {
  const { certificate, privateKey } = config.request;
  const now = clock.now();
  return new SignJWT({
    ...toRequest(config, secrets),
    ...own,
    client_id: clientIdOf(config.request),
    aud: 'https://self-issued.me/v2',
    iat: toEpochSec(now),
    exp: toEpochSec(addSec(now, requestLifeSec)),
  })
    .setProtectedHeader({
      alg: 'ES256',
      typ: 'oauth-authz-req+jwt',
      x5c: [certificate.raw.toString('base64')],
    })
    .sign(privateKey.use((pem) => createPrivateKey(pem)));
}

const toRequest = (config: DocumentsConfig, secrets: RequestSecrets): JsonObject => ({
  response_type: 'vp_token',
  nonce: secrets.nonce,
  dcql_query: toQuery(config),
  client_metadata: toMetadata(secrets),
});

/** Creates the request of a check, for the browser and, if requests are signed, as a link. */
export async function createRequest(
  config: DocumentsConfig,
  { secrets, address }: { readonly secrets: RequestSecrets; readonly address: string },
  deps: Ports<'clock'>,
): Promise<DocumentRequest> {
  const own = { response_mode: 'dc_api.jwt' };
  const { request } = config;
  if (request === null)
    return { protocol: 'openid4vp-v1-unsigned', data: { ...toRequest(config, secrets), ...own }, link: null };
  const origins = { expected_origins: [new URL(address).origin] };
  const signed = await signRequest({ ...config, request }, secrets, { ...own, ...origins }, deps);
  const query = new URLSearchParams({
    client_id: clientIdOf(request),
    request_uri: address,
    request_uri_method: 'get',
  });
  return { protocol: 'openid4vp-v1-signed', data: { request: signed }, link: `openid4vp://?${query}` };
}
