/*
 * The OpenID Connect that the applications beside this folder share: to the face check and back, with openid-client and
 * nothing else. Yours needs no more of it than this.
 */
import * as client from 'openid-client';

/** An OpenID client of facestep, as it is registered there. */
export interface Registration {
  /** Of the OpenID provider that checks faces; asked for at the first check. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What has to be remembered of a browser that is at the face check, and of no other browser. */
export interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** What the provider tells of itself, for this client. */
export function discover({ issuer, clientId, clientSecret }: Registration): Promise<client.Configuration> {
  // On this machine alone: anywhere else both sides speak https.
  const isLocal = new URL(issuer).protocol === 'http:';
  return client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
    execute: isLocal ? [client.allowInsecureRequests] : [],
  });
}

/**
 * To the face check: where the browser is to go, and what to remember of it until it is back.
 * @param parameters - of the authorization request, beside those that protect it
 * @param isPushed - sends them beforehand (RFC 9126), so that no browser can read or change them
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
 * Back from it.
 * @param address - where the browser came back to
 * @returns the tokens, the ID token verified
 * @throws what `wasDenied` knows where the person was refused, or did not want to; another error else
 */
export async function finishFaceCheck(registration: Registration, address: URL, pending: Pending) {
  return client.authorizationCodeGrant(await discover(registration), address, {
    pkceCodeVerifier: pending.codeVerifier,
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    idTokenExpected: true,
  });
}

/** Whether the person was refused, or did not want to. */
export const wasDenied = (error: unknown): error is client.AuthorizationResponseError =>
  error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
