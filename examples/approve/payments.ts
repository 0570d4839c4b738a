/*
 * A payment that is approved by the face: OpenID Connect with the action in `authorization_details` (RFC 9396), by
 * openid-client and nothing else.
 */
import { createHash } from 'node:crypto';
import * as client from 'openid-client';

/** What has to be remembered of a browser that is at the face check. */
export interface PendingPayment {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** How a payment ended. */
export type PaymentResult = 'paid' | 'declined' | 'changed' | 'failed';

/** The bill in the words that the person is shown. @param amount - in euros, with two decimals */
const toAction = (amount: string) => ({
  type: 'facestep_action',
  title: 'Pay the invoice of November',
  lines: ['From: Household account', 'On 27 November 2026'],
  amount: { value: amount, currency: 'EUR' },
  payee: 'Harbour Clinic GmbH',
});

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, each]) => [name, sorted(each)]),
      )
    : value;

/** SHA-256 of canonical JSON (RFC 8785), of which text alone is JSON with sorted names. */
const digestOf = (action: object): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(action)))
    .digest('hex');

/** Payments at one OpenID provider. */
export function createPayments({
  issuer,
  redirectUri,
  clientId,
  clientSecret,
  login,
}: {
  readonly issuer: string;
  readonly redirectUri: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of the customer, who has signed in to the bank before. */
  readonly login: string;
}) {
  // On this machine alone: anywhere else both sides speak https.
  const isLocal = new URL(issuer).protocol === 'http:';
  const discover = (): Promise<client.Configuration> =>
    client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
      execute: isLocal ? [client.allowInsecureRequests] : [],
    });

  return {
    /** Where the browser is to go, and what to keep for it. The request is pushed (RFC 9126): no browser can change it. */
    async begin(amount: string): Promise<{ readonly url: string; readonly pending: PendingPayment }> {
      const codeVerifier = client.randomPKCECodeVerifier();
      const pending = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
      const url = await client.buildAuthorizationUrlWithPAR(await discover(), {
        redirect_uri: redirectUri,
        scope: 'openid',
        login_hint: login,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        authorization_details: JSON.stringify([toAction(amount)]),
      });
      return { url: url.href, pending };
    },

    /** @param address - where the browser came back to @param amount - of the bill as it is now, which alone may be paid */
    async finish(address: URL, pending: PendingPayment, amount: string): Promise<PaymentResult> {
      try {
        const tokens = await client.authorizationCodeGrant(await discover(), address, {
          pkceCodeVerifier: pending.codeVerifier,
          expectedState: pending.state,
          expectedNonce: pending.nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        const isApproved = claims?.acr === 'face' && claims.action_digest === digestOf(toAction(amount));
        return isApproved ? 'paid' : 'changed';
      } catch (error) {
        const isDeclined = error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
        return isDeclined ? 'declined' : 'failed';
      }
    },
  };
}
