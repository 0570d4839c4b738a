import { z } from 'zod';
import { FaceError } from '../../errors.js';
import type { Html } from '../base/html.js';
import type { Colour } from '../colour.js';

export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  /** Display name of an e-mail's sender. */
  readonly sender?: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html?: Html;
  /** True for a message about misuse. It has a budget of its own, which codes and links cannot use up. */
  readonly isAlert?: boolean;
}

/** Sends messages. @throws `delivery_failed`, perhaps with a `DeliveryFault` in `detail` */
export interface Delivery {
  /** Channels whose messages are written to the outbox file, and not sent. */
  readonly outbox: readonly Message['channel'][];
  send(message: Message): Promise<void>;
}

/**
 * Kinds of delivery failure. `refused` is permanent, such as an unknown mailbox; `later` is temporary, such as a full
 * one. `unreachable` means that the service cannot be reached or refuses all messages. `uncertain` means that the
 * message was sent, but no reply came.
 */
const faultGuard = z.object({
  fault: z.enum(['refused', 'later', 'unreachable', 'uncertain']),
  status: z.int().nullable(),
  /** What an administrator has to change, if it is known. It quotes no text of the service. */
  cause: z.string().nullable(),
});

export type DeliveryFault = z.output<typeof faultGuard>;

export const toDeliveryError = (fault: DeliveryFault): FaceError => new FaceError('delivery_failed', { ...fault });

/** Returns the fault of an error. An unknown error is `uncertain`, because it may have occurred after sending. */
export function faultOf(error: unknown): DeliveryFault {
  const parsed = faultGuard.safeParse(error instanceof FaceError ? error.detail : null);
  return parsed.success ? parsed.data : { fault: 'uncertain', status: null, cause: null };
}

/** Look of e-mails and of pages without the capture page's brand. */
export interface EmailBrand {
  readonly organisation: string | null;
  readonly accent: Colour;
  /** Link to the help desk: `https:`, `mailto:` or `tel:`. */
  readonly helpUrl: string | null;
}
