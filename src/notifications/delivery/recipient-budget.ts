import { consumeLimit, type LimitDeps } from '../../core/limits/limits.js';
import { type Delivery, toDeliveryError } from '../../core/ports/delivery.js';
import { digestOf } from '../../core/secrets.js';
import { toCode } from '../../errors.js';

/** Counts every message in the budget of its recipient, before it is sent. A failed one may have arrived, and counts. */
export const withRecipientBudget = (delivery: Delivery, deps: LimitDeps): Delivery => ({
  outbox: delivery.outbox,
  async send(message) {
    const { channel, to, isAlert = false } = message;
    const ordinary = channel === 'sms' ? 'smsOfRecipient' : 'emailsOfRecipient';
    const recipient = digestOf(`${channel} ${to.toLowerCase()}`).toString('base64url');
    await consumeLimit(isAlert ? 'alertsOfRecipient' : ordinary, recipient, deps).catch((error: unknown) => {
      throw toCode(error) === 'locked_out' ? toDeliveryError({ fault: 'later', status: null }) : error;
    });
    await delivery.send(message);
  },
});
