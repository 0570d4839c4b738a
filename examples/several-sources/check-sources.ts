/* Verifies aggregated claims of OpenID Connect (Core, section 5.6.2), each with its own issuer's keys. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';

export type FromSources = Awaited<ReturnType<typeof checkSources>>;

/**
 * Verifies the claims of all sources.
 * @param issuers - trusted issuers by source name, never taken from the claims
 * @throws if a source is unknown or did not sign its claims
 */
export async function checkSources(
  told: Readonly<Record<string, unknown>>,
  { issuers, clientId }: { readonly issuers: Readonly<Record<string, string>>; readonly clientId: string },
) {
  const signed = new Map<string, { readonly value: unknown; readonly issuer: string }>();
  for (const [source, jwt] of jwtsIn(told._claim_sources)) {
    const issuer = issuers[source];
    if (issuer === undefined) throw new Error(`unknown claim source: ${source}`);
    const { payload } = await jwtVerify(jwt, createRemoteJWKSet(await findKeys(issuer, clientId)), {
      issuer,
      audience: clientId,
      typ: 'facestep-claims+jwt',
    });
    for (const [claim, from] of textsIn(told._claim_names))
      if (from === source) signed.set(claim, { value: payload[claim], issuer });
  }
  return { signed, silent: new Map(textsIn(told._claim_status).filter(([, state]) => state !== 'answered')) };
}

const textsIn = (value: unknown): [string, string][] =>
  Object.entries(Object(value)).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : []));

const jwtsIn = (sources: unknown): [string, string][] =>
  Object.entries(Object(sources)).flatMap(([source, given]) =>
    textsIn(given).flatMap(([member, jwt]): [string, string][] => (member === 'JWT' ? [[source, jwt]] : [])),
  );

async function findKeys(issuer: string, clientId: string): Promise<URL> {
  // Allow plain HTTP, for a server on this machine.
  const isLocal = new URL(issuer).protocol === 'http:';
  const execute = isLocal ? [client.allowInsecureRequests] : [];
  const found = await client.discovery(new URL(issuer), clientId, {}, client.None(), { execute });
  const { jwks_uri: address } = found.serverMetadata();
  if (address === undefined) throw new Error(`${issuer} publishes no keys`);
  return new URL(address);
}
