import { z } from 'zod';
import { type AuditDetails, event, type FeatureEvents } from '../core/audit-events.js';
import { notificationKinds } from '../core/page-protocol.js';

/** Result of ending the user's sessions. `not_offered`: the provider has no such function; `kept`: a check had failed. */
const endedSessions = ['ended', 'failed', 'not_offered', 'kept'] as const;
export type EndedSessions = (typeof endedSessions)[number];

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const notificationDetails = {
  notices_chosen: event(
    'A person chose notifications: `off` lists the unwanted ones, `email` whether e-mails are sent if a device receives them, `devices` the number of browsers.',
    { off: z.array(z.enum(notificationKinds)), email: z.boolean(), devices: z.int() },
  ),
  not_me_reported: event(
    'A person reported that an action in a notification was not theirs. `sessions` is `kept` after the report of a failed check, which ends nothing.',
    {
      sessions: z.enum(endedSessions),
    },
  ),
  known_places_forgotten: event('A person deleted the record of their devices and networks.', {}),
} as const satisfies AuditDetails;

type NotificationDetails = typeof notificationDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends NotificationDetails {}
}

export const notificationEvents = {
  details: notificationDetails,
  relaxed: ['known_places_forgotten'],
  log: { not_me_reported: () => ({ outcome: 'noted' }) },
} as const satisfies FeatureEvents;
