import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { findCause } from '../../core/base/failure-cause.js';
import { type DeliveryFault, toDeliveryError } from '../../core/ports/delivery.js';
import type { Delivery } from '../../core/ports.js';
import type { Credential } from '../../core/secrets.js';

const timeoutMs = 10_000;

interface Relay {
  /** `smtps://user:password@host:465`, or `smtp://…:587` with STARTTLS. */
  readonly url: Credential;
  /** `false` only if the relay is on this machine. */
  readonly requireTls: boolean;
}

/** Connects to a relay for one message. `seen` notes what its replies say. */
function connect({ url, requireTls }: Relay) {
  const seen = { isAwaited: false, hasSmtpUtf8: false };
  const transport = createTransport({
    url: url.use((text) => text),
    requireTLS: requireTls,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    transactionLog: true,
    logger: followReplies((reply) => {
      if (reply.startsWith('354')) seen.isAwaited = true;
      if (/^250[ -]SMTPUTF8\b/im.test(reply)) seen.hasSmtpUtf8 = true;
    }),
  });
  return { transport, seen };
}

/** Creates e-mail delivery by SMTP. SMS goes to `others`. Errors omit the relay's text, which quotes the address. */
export function createSmtpDelivery({
  others,
  ...options
}: Relay & { readonly from: string; readonly others: Delivery }): Delivery {
  return {
    outbox: others.outbox.filter((channel) => channel !== 'email'),
    async send(message) {
      if (message.channel !== 'email') return others.send(message);
      const { to, subject, text, html, sender } = message;
      const from = sender ? { name: sender, address: options.from } : options.from;
      const parts = html === undefined ? { text } : { text, html: html.toString() };
      // No automatic reply is sent to these e-mails (RFC 3834).
      const headers = { 'Auto-Submitted': 'auto-generated' };
      const { transport, seen } = connect(options);
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, subject, headers, ...parts });
      } catch (error) {
        const isForeign = /[^\p{ASCII}].*@/u.test(to) && !seen.hasSmtpUtf8;
        throw toDeliveryError(toFault(error, seen.isAwaited, isForeign));
      }
    },
  };
}

/** Signs in to a relay without sending. @returns what it supports, or `cause` if it refuses this server */
export async function checkRelay(
  relay: Relay,
): Promise<
  { readonly answers: true; readonly hasSmtpUtf8: boolean } | { readonly answers: false; readonly cause: string | null }
> {
  const { transport, seen } = connect(relay);
  try {
    await transport.verify();
    return { answers: true, hasSmtpUtf8: seen.hasSmtpUtf8 };
  } catch (error) {
    return { answers: false, cause: toFault(error, false, false).cause };
  }
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

const smtpErrorGuard = z.object({
  code: z.string().optional(),
  command: z.string().optional(),
  responseCode: z.int().optional(),
});
type SmtpError = z.output<typeof smtpErrorGuard>;

const aboutMessage: readonly string[] = ['RCPT TO', 'DATA', 'API'];

/** @param isForeign - true if the address needs SMTPUTF8, which the relay does not support */
function toFault(error: unknown, isAwaited: boolean, isForeign: boolean): DeliveryFault {
  const data = smtpErrorGuard.safeParse(error).data ?? {};
  const { command = '', responseCode: status = null } = data;
  const cause = findRelayCause(data, isForeign) ?? (status === null ? findCause(error) : null);
  if (!aboutMessage.includes(command)) {
    // If the message was sent before the connection broke, the relay may have delivered it.
    return { fault: isAwaited ? 'uncertain' : 'unreachable', status, cause };
  }
  return { fault: status !== null && status < 500 ? 'later' : 'refused', status, cause };
}

/** Names what the relay's reply means. */
function findRelayCause({ code, command = '', responseCode }: SmtpError, isForeign: boolean): string | null {
  if (code === 'EAUTH' && responseCode !== 454) return 'the user name or password is wrong';
  if (command === 'STARTTLS' && responseCode !== undefined)
    return 'the relay has no STARTTLS: use smtps:// with its port for TLS';
  if (responseCode === 530) return 'the relay asks for a user name and password, or for TLS';
  return isForeign && aboutMessage.includes(command)
    ? 'the relay accepts no address with letters beyond ASCII before the @ (SMTPUTF8)'
    : null;
}
