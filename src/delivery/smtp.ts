import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { Credential } from '../core/concealed.js';
import { type DeliveryFault, toDeliveryError } from '../core/delivery-fault.js';
import type { Delivery } from '../core/ports.js';

/** A relay that has not answered by then counts as down: a person is waiting. */
const timeoutMs = 10_000;

/**
 * E-mail by SMTP: text alone, or text and HTML as `multipart/alternative`. SMTP carries no SMS: those go to `others`, such as
 * the outbox or a gateway of your own.
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
  const url = options.url.use((text) => text);
  return {
    async send(message) {
      if (message.channel !== 'email') return options.others.send(message);
      const { to, subject, text, html } = message;
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
          // From here on the message itself is on its way (RFC 5321, section 4.1.1.4).
          if (reply.startsWith('354')) isAwaited = true;
        }),
      });
      try {
        await transport.sendMail({ from: options.from, to: { name: '', address: to }, subject, ...parts });
      } catch (error) {
        throw toDeliveryError(toFault(error, isAwaited));
      }
    },
  };
}

/** What nodemailer tells of a session goes nowhere: it quotes addresses. Only the relay's replies are looked at. */
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

/** Replies to these are about the mailbox or the message; any other is about us, whatever the message. */
const aboutMessage: readonly string[] = ['RCPT TO', 'DATA', 'API'];

/** @param isAwaited - whether the relay had asked for the message itself */
function toFault(error: unknown, isAwaited: boolean): DeliveryFault {
  const { data } = smtpErrorGuard.safeParse(error);
  const status = data?.responseCode ?? null;
  if (!aboutMessage.includes(data?.command ?? '')) {
    // A line that breaks or falls silent after the message has left may have carried it.
    return { fault: isAwaited ? 'uncertain' : 'unreachable', status };
  }
  return { fault: status !== null && status < 500 ? 'later' : 'refused', status };
}
