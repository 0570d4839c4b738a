/*
 * Checks what sources signed: aggregated claims of OpenID Connect (Core, section 5.6.2), each with the keys of its own issuer.
 */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';

/** A claim that a source signed. */
export interface SignedClaim {
  readonly value: unknown;
  readonly issuer: string;
}

/** What came from other sources than the issuer that was asked. */
export interface FromSources {
  /** By claim. */
  readonly signed: ReadonlyMap<string, SignedClaim>;
  /** Why there is nothing from the others: `unanswered` or `unlinked`. */
  readonly silent: ReadonlyMap<string, string>;
}

/**
 * @param told - UserInfo
 * @param issuers - of the sources that are believed, by their names: never taken from what is to be checked
 * @throws where a source is none of them, or did not sign what is said to be from it
 */
export async function checkSources(
  told: Readonly<Record<string, unknown>>,
  { issuers, clientId }: { readonly issuers: Readonly<Record<string, string>>; readonly clientId: string },
): Promise<FromSources> {
  const signed = new Map<string, SignedClaim>();
  for (const [source, jwt] of jwtsIn(told._claim_sources)) {
    const issuer = issuers[source];
    if (issuer === undefined) throw new Error(`nobody knows the source ${source}`);
    const { payload } = await jwtVerify(jwt, createRemoteJWKSet(await findKeys(issuer, clientId)), {
      ...{ issuer, audience: clientId, typ: 'facestep-claims+jwt' },
    });
    for (const [claim, from] of textsIn(told._claim_names))
      if (from === source) signed.set(claim, { value: payload[claim], issuer });
  }
  return { signed, silent: new Map(textsIn(told._claim_status).filter(([, state]) => state !== 'answered')) };
}

/** The members of an object that are texts. */
const textsIn = (value: unknown): [string, string][] =>
  Object.entries(Object(value)).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : []));

/** What each source signed, by its name. */
const jwtsIn = (sources: unknown): [string, string][] =>
  Object.entries(Object(sources)).flatMap(([source, given]) =>
    textsIn(given).flatMap(([member, jwt]): [string, string][] => (member === 'JWT' ? [[source, jwt]] : [])),
  );

async function findKeys(issuer: string, clientId: string): Promise<URL> {
  // On this machine alone: anywhere else both sides speak https.
  const isLocal = new URL(issuer).protocol === 'http:';
  const execute = isLocal ? [client.allowInsecureRequests] : [];
  const found = await client.discovery(new URL(issuer), clientId, {}, client.None(), { execute });
  const { jwks_uri: address } = found.serverMetadata();
  if (address === undefined) throw new Error(`${issuer} publishes no keys`);
  return new URL(address);
}
