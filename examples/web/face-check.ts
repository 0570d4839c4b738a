/*
 * The OpenID Connect code shared by these applications, with openid-client as the only dependency. Your application
 * needs no more than this code.
 */
import * as client from 'openid-client';

export interface Registration {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** State of a browser during a face check. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export function discover({ issuer, clientId, clientSecret }: Registration): Promise<client.Configuration> {
  // Allow plain HTTP, for a server on this machine.
  const isLocal = new URL(issuer).protocol === 'http:';
  return client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
    execute: isLocal ? [client.allowInsecureRequests] : [],
  });
}

/**
 * Starts a face check. Returns the redirect URL and the state to store.
 * @param isPushed - true to push the parameters (RFC 9126), so that no browser can read or change them
 */
export async function beginFaceCheck(
  registration: Registration,
  parameters: Readonly<Record<string, string>>,
  { isPushed = false }: { readonly isPushed?: boolean } = {},
): Promise<{ readonly url: string; readonly pending: Pending }> {
  const codeVerifier = client.randomPKCECodeVerifier();
  const pending = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
  const config = await discover(registration);
  const all = {
    scope: 'openid',
    ...parameters,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  };
  const url = isPushed
    ? await client.buildAuthorizationUrlWithPAR(config, all)
    : client.buildAuthorizationUrl(config, all);
  return { url: url.href, pending };
}

/**
 * @returns the tokens, with a verified ID token
 * @throws an error that `wasDenied` recognizes if the user was refused or canceled
 */
export async function finishFaceCheck(registration: Registration, address: URL, pending: Pending) {
  return client.authorizationCodeGrant(await discover(registration), address, {
    pkceCodeVerifier: pending.codeVerifier,
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    idTokenExpected: true,
  });
}

/** Fetches the claims that the user consented to. */
export const fetchClaims = async (registration: Registration, accessToken: string, subject = '') =>
  client.fetchUserInfo(await discover(registration), accessToken, subject);

export const wasDenied = (error: unknown): error is client.AuthorizationResponseError =>
  error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
