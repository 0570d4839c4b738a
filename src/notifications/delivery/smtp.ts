import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { type DeliveryFault, toDeliveryError } from '../../core/ports/delivery.js';
import type { Delivery } from '../../core/ports.js';
import type { Credential } from '../../core/secrets.js';

const timeoutMs = 10_000;

/**
 * Creates e-mail delivery by SMTP. SMS goes to `others`. Errors omit the relay's text, which quotes the address.
 * @param options.url - `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS
 * @param options.requireTls - `false` only if the relay is on this machine
 */
export function createSmtpDelivery(options: {
  readonly url: Credential;
  readonly from: string;
  readonly requireTls: boolean;
  readonly others: Delivery;
}): Delivery {
  const url = options.url.use((text) => text);
  return {
    outbox: options.others.outbox.filter((channel) => channel !== 'email'),
    async send(message) {
      if (message.channel !== 'email') return options.others.send(message);
      const { to, subject, text, html, sender } = message;
      const from = sender ? { name: sender, address: options.from } : options.from;
      const parts = html === undefined ? { text } : { text, html: html.toString() };
      let isAwaited = false;
      const transport = createTransport({
        url,
        requireTLS: options.requireTls,
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        disableFileAccess: true,
        disableUrlAccess: true,
        transactionLog: true,
        logger: followReplies((reply) => {
          if (reply.startsWith('354')) isAwaited = true;
        }),
      });
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, subject, ...parts });
      } catch (error) {
        throw toDeliveryError(toFault(error, isAwaited));
      }
    },
  };
}

/** Reads the relay's replies from nodemailer's log and logs nothing, because nodemailer quotes addresses. */
function followReplies(onReply: (reply: string) => void) {
  const ignore = (): void => {};
  return {
    level: ignore,
    trace: ignore,
    debug(entry: unknown, message: unknown): void {
      if (serverEntryGuard.safeParse(entry).success) onReply(String(message));
    },
    info: ignore,
    warn: ignore,
    error: ignore,
    fatal: ignore,
  };
}

const serverEntryGuard = z.object({ tnx: z.literal('server') });

const smtpErrorGuard = z.object({ command: z.string().optional(), responseCode: z.int().optional() });

const aboutMessage: readonly string[] = ['RCPT TO', 'DATA', 'API'];

function toFault(error: unknown, isAwaited: boolean): DeliveryFault {
  const { data } = smtpErrorGuard.safeParse(error);
  const status = data?.responseCode ?? null;
  if (!aboutMessage.includes(data?.command ?? '')) {
    // If the message was sent before the connection broke, the relay may have delivered it.
    return { fault: isAwaited ? 'uncertain' : 'unreachable', status };
  }
  return { fault: status !== null && status < 500 ? 'later' : 'refused', status };
}
