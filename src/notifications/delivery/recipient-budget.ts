import { consumeLimit, type LimitDeps, type LimitName } from '../../core/limits/limits.js';
import { type Delivery, toDeliveryError } from '../../core/ports/delivery.js';
import type { Message } from '../../core/ports.js';
import { digestOf } from '../../core/secrets.js';
import { toCode } from '../../errors.js';

const limitOf = ({ channel, isAlert }: Message): LimitName => {
  if (isAlert === true) return 'alertsOfRecipient';
  return channel === 'sms' ? 'smsOfRecipient' : 'emailsOfRecipient';
};

/**
 * Counts every message in the budget of its recipient, whoever causes it, before it is sent. A failed message counts
 * too, because the recipient may have got it.
 */
export const withRecipientBudget = (delivery: Delivery, deps: LimitDeps): Delivery => ({
  outbox: delivery.outbox,
  async send(message) {
    const recipient = digestOf(`${message.channel} ${message.to.toLowerCase()}`).toString('base64url');
    await consumeLimit(limitOf(message), recipient, deps).catch((error: unknown) => {
      throw toCode(error) === 'locked_out' ? toDeliveryError({ fault: 'later', status: null }) : error;
    });
    await delivery.send(message);
  },
});
