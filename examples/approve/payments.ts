/*
 * A payment that is approved by the face: OpenID Connect with the action in `authorization_details` (RFC 9396), by
 * openid-client and nothing else.
 */
import { createHash } from 'node:crypto';
import { beginFaceCheck, finishFaceCheck, type Pending, type Registration, wasDenied } from '../web/face-check.js';

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
  redirectUri,
  login,
  ...registration
}: Registration & {
  readonly redirectUri: string;
  /** Of the customer, who has signed in to the bank before. */
  readonly login: string;
}) {
  return {
    /** Where the browser is to go, and what to keep for it. */
    begin(amount: string): Promise<{ readonly url: string; readonly pending: Pending }> {
      const details = JSON.stringify([toAction(amount)]);
      const parameters = { redirect_uri: redirectUri, login_hint: login, authorization_details: details };
      return beginFaceCheck(registration, parameters, { isPushed: true });
    },

    /** @param address - where the browser came back to @param amount - of the bill as it is now, which alone may be paid */
    async finish(address: URL, pending: Pending, amount: string): Promise<PaymentResult> {
      try {
        const tokens = await finishFaceCheck(registration, address, pending);
        const claims = tokens.claims();
        const isApproved = claims?.acr === 'face' && claims.action_digest === digestOf(toAction(amount));
        return isApproved ? 'paid' : 'changed';
      } catch (error) {
        return wasDenied(error) ? 'declined' : 'failed';
      }
    },
  };
}
