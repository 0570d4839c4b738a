import { z } from 'zod';
import { FaceError } from '../errors.js';

/**
 * Delivery failures. `refused`: permanent, such as an unknown mailbox. `later`: temporary, such as a full mailbox.
 * `unreachable`: no connection, or all messages are refused. `uncertain`: handed over without a reply.
 */
const faultGuard = z.object({
  fault: z.enum(['refused', 'later', 'unreachable', 'uncertain']),
  /** SMTP reply code, or HTTP status. */
  status: z.int().nullable(),
});

export type DeliveryFault = z.output<typeof faultGuard>;

/** Creates the error that a `Delivery` throws. */
export const toDeliveryError = (fault: DeliveryFault): FaceError => new FaceError('delivery_failed', { ...fault });

/** Returns the fault of an error. An unknown one may come after sending. */
export function faultOf(error: unknown): DeliveryFault {
  const parsed = faultGuard.safeParse(error instanceof FaceError ? error.detail : null);
  return parsed.success ? parsed.data : { fault: 'uncertain', status: null };
}
