/*
 * Approves a payment by face: OpenID Connect with the action in `authorization_details` (RFC 9396), with
 * openid-client.
 */
// In your project: '@facestep/client'.
import { type Action, digestAction } from '../../client/index.js';
import { beginFaceCheck, finishFaceCheck, type Pending, type Registration, wasDenied } from '../web/face-check.js';

export type PaymentResult = 'paid' | 'declined' | 'changed' | 'failed';

/**
 * Returns the bill as the user sees and approves it.
 * @param amount - in euros, with two decimals
 */
const toAction = (amount: string): Action => ({
  type: 'facestep_action',
  title: 'Pay the invoice of November',
  lines: ['From: Household account', 'On 27 November 2026'],
  amount: { value: amount, currency: 'EUR' },
  payee: 'Harbour Clinic GmbH',
});

export function createPayments({
  redirectUri,
  login,
  ...registration
}: Registration & {
  readonly redirectUri: string;
  /** Login name of the customer, who is already signed in to the bank. */
  readonly login: string;
}) {
  return {
    begin(amount: string): Promise<{ readonly url: string; readonly pending: Pending }> {
      const details = JSON.stringify([toAction(amount)]);
      const parameters = { redirect_uri: redirectUri, login_hint: login, authorization_details: details };
      return beginFaceCheck(registration, parameters, { isPushed: true });
    },

    /**
     * @param address - URL that the browser returned to
     * @param amount - amount of the current bill; an approval of another amount is refused
     */
    async finish(address: URL, pending: Pending, amount: string): Promise<PaymentResult> {
      try {
        const tokens = await finishFaceCheck(registration, address, pending);
        const claims = tokens.claims();
        const isApproved = claims?.acr === 'face' && claims.action_digest === (await digestAction(toAction(amount)));
        return isApproved ? 'paid' : 'changed';
      } catch (error) {
        return wasDenied(error) ? 'declined' : 'failed';
      }
    },
  };
}
