import { createTransport } from 'nodemailer';
import type { Credential } from '../core/concealed.js';
import type { Delivery } from '../core/ports.js';
import { FaceError } from '../errors.js';

/** A relay that has not answered by then counts as down: a person is waiting. */
const timeoutMs = 10_000;

/**
 * E-mail by SMTP. SMTP carries no SMS: those go to `others`, such as the outbox or a gateway of your own.
 * @param options.url - `smtps://user:password@host:465`, or `smtp://…:587`, which must offer STARTTLS
 * @param options.requireTls - `false` only for a relay on the same machine: codes then travel in the clear
 * @throws FaceError `delivery_failed`, without the relay's words: they quote the address
 */
export function createSmtpDelivery(options: {
  readonly url: Credential;
  readonly from: string;
  readonly requireTls: boolean;
  readonly others: Delivery;
}): Delivery {
  const transport = createTransport({
    url: options.url.use((text) => text),
    requireTLS: options.requireTls,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(message) {
      if (message.channel !== 'email') return options.others.send(message);
      const { to, subject, text } = message;
      try {
        await transport.sendMail({ from: options.from, to: { name: '', address: to }, subject, text });
      } catch {
        throw new FaceError('delivery_failed', { channel: 'email' });
      }
    },
  };
}
