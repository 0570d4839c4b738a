import { z } from 'zod';

const knownServices = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  'web.push.apple.com',
  '*.notify.windows.com',
];

export const webPushGuard = z.strictObject({
  contact: z
    .string()
    .max(256)
    .regex(/^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'expected mailto: and an address, or an address with https://')
    .describe('`mailto:` or `https://` address that push services contact in case of problems.'),
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
    .default(knownServices)
    .describe(
      'Hosts of push services that may be called, such as `*.push.example.com`; a port other than 443 follows a colon. No other host is called.',
    ),
});

export type WebPushConfig = z.output<typeof webPushGuard>;
