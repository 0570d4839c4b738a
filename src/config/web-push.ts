import { z } from 'zod';

/** Those of Chromium, Firefox, Safari and Edge. */
const knownServices = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
  '*.notify.windows.com',
];

/** How notices are pushed to browsers. */
export const webPushGuard = z.strictObject({
  /** Whom push services turn to where something is wrong (RFC 8292, section 2.1). */
  contact: z
    .string()
    .max(256)
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'expected mailto: and an address, or an address with https://'),
  /** The hosts of push services that may be called, and no others: the address comes from the person's browser. */
  services: z
    .array(
      z
        .string()
        .regex(
          /^(\*\.[a-z0-9-]+\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/,
          'expected a host name, such as push.example.com or *.push.example.com',
        ),
    )
    .min(1)
    .max(20)
    .default(knownServices),
});

export type WebPushConfig = z.output<typeof webPushGuard>;
