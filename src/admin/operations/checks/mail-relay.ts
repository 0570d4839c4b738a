import type { DeliveryConfig } from '../../../config/delivery.js';
import { type Check, fail, pass, warn } from '../../../connections/provisioning.js';

/** Creates the check that e-mails leave this server. It signs in to the relay, and sends nothing. */
export const createMailRelayCheck = (config: DeliveryConfig): Check => ({
  title: 'E-mail',
  async run() {
    if (config.kind === 'outbox')
      return warn(
        'No mail relay is set: e-mails are written to outbox.jsonl and not sent',
        'Set delivery: docs/configuration.md.',
      );
    const { checkRelay } = await import('../../../notifications/delivery/smtp.js');
    const found = await checkRelay(config);
    if (!found.answers) {
      const cause = found.cause === null ? '' : `: ${found.cause}`;
      return fail(
        `the mail relay does not accept this server${cause}`,
        'Check delivery.url: host, port, user name and password; and the firewall.',
      );
    }
    const limit = found.hasSmtpUtf8 ? '' : '. It accepts no address with letters beyond ASCII before the @ (SMTPUTF8)';
    return pass(`the mail relay accepts this server${limit}`);
  },
});
