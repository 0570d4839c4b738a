import type { DeliveryConfig } from '../../../config/delivery.js';
import { type Check, pass, warn } from '../../../connections/provisioning.js';

/** Creates the check that e-mails leave this server. */
export const createMailRelayCheck = ({ kind }: DeliveryConfig): Check => ({
  title: 'E-mail',
  run: async () =>
    kind === 'outbox'
      ? warn(
          'No mail relay is set: e-mails are written to outbox.jsonl and not sent',
          'Set delivery: docs/configuration.md.',
        )
      : pass('sent by the mail relay of delivery'),
});
