import { z } from 'zod';
import { FaceError } from '../errors.js';

/**
 * What became of a message that was not delivered. `refused`: the other side will never take it, as there is no such mailbox.
 * `later`: not now, such as a full mailbox. `unreachable`: nobody was there, or nobody took any message from us.
 * `uncertain`: it was handed over, and no answer came.
 */
const faultGuard = z.object({
  fault: z.enum(['refused', 'later', 'unreachable', 'uncertain']),
  /** What the other side answered by: a reply code of SMTP, or a status of HTTP. */
  status: z.int().nullable(),
});

export type DeliveryFault = z.output<typeof faultGuard>;

/** What a `Delivery` throws. */
export const toDeliveryError = (fault: DeliveryFault): FaceError => new FaceError('delivery_failed', { ...fault });

/** What is known of a failure. One that says nothing may have come after the message left. */
export function faultOf(error: unknown): DeliveryFault {
  const parsed = faultGuard.safeParse(error instanceof FaceError ? error.detail : null);
  return parsed.success ? parsed.data : { fault: 'uncertain', status: null };
}
