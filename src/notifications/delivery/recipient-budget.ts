import { toPhoneNumber } from '../../connections/profile-values.js';
import type { Ports } from '../../core/deps.js';
import { parseEmail, toEmailKey } from '../../core/email-address.js';
import { consumeLimit, type LimitDeps } from '../../core/limits/limits.js';
import { type Delivery, faultOf, toDeliveryError } from '../../core/ports/delivery.js';
import { digestOf } from '../../core/secrets.js';
import { toCode } from '../../errors.js';

/**
 * Counts every message in the budget of its recipient, before it is sent. A failed one may have arrived, and counts.
 * Refuses a message to a text that is no e-mail address or
 * phone number. The cause of a failed one is logged.
 */
export const withRecipientBudget = (delivery: Delivery, deps: LimitDeps & Ports<'log'>): Delivery => ({
  outbox: delivery.outbox,
  async send(message) {
    const { channel, isAlert = false } = message;
    const to = channel === 'sms' ? toPhoneNumber(message.to) : parseEmail(message.to);
    if (to === null) throw toDeliveryError({ fault: 'refused', status: null, cause: null });
    const ordinary = channel === 'sms' ? 'smsOfRecipient' : 'emailsOfRecipient';
    const recipient = digestOf(`${channel} ${toEmailKey(to)}`).toString('base64url');
    await consumeLimit(isAlert ? 'alertsOfRecipient' : ordinary, recipient, deps).catch((error: unknown) => {
      throw toCode(error) === 'locked_out' ? toDeliveryError({ fault: 'later', status: null, cause: null }) : error;
    });
    await delivery.send({ ...message, to }).catch((error: unknown) => {
      deps.log.warn('message not delivered', { channel, ...faultOf(error) });
      throw error;
    });
  },
});
