import { z } from 'zod';
import { emailGuard, parseEmail } from '../core/email-address.js';
import type { Credential } from '../core/secrets.js';
import { credentialGuard } from './credential.js';
import { encodedPassword, hasEncodedPassword, isLoopback, safeUrlGuard } from './safe-url.js';
import { webhookSecretGuard } from './webhooks.js';

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
    .refine(
      (text) => /^https:\/\/\S+$/.test(text) || (text.startsWith('mailto:') && parseEmail(text) !== null),
      'expected mailto: and an address, or an address with https://',
    )
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

/** Returns `null` for an invalid URL, also if it has a query, which could override this server's TLS settings. */
const toSmtpUrl = (credential: Credential): URL | null =>
  credential.use((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== '' && url.search === '' ? url : null;
  });

const hasSmtpPasswordEncoded = (credential: Credential): boolean =>
  credential.use((text) => !/^smtps?:/i.test(text) || hasEncodedPassword(text));

const isSmtpUrl = (credential: Credential): boolean => toSmtpUrl(credential) !== null;

const isSmtpUrlOfThisMachine = (credential: Credential): boolean => isLoopback(toSmtpUrl(credential)?.hostname ?? '');

const smsGuard = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('outbox').describe('A file in the data folder, for the administrator.') }),
  z.strictObject({
    kind: z.literal('webhook').describe('An SMS gateway of your own. See docs/help-desk.md.'),
    url: safeUrlGuard.describe('Address of your SMS gateway, which receives a POST.'),
    secret: webhookSecretGuard.describe(
      'Secret. `whsec_` and base64 of 24 to 64 random bytes, which sign the requests.',
    ),
  }),
  z.strictObject({
    kind: z.literal('aws-sns').describe('Amazon SNS. Its role needs `sns:Publish`.'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'expected a region, such as eu-central-1')
      .nullable()
      .default(null)
      .describe('AWS region. `null` is that of the environment (`AWS_REGION`).'),
    endpoint: safeUrlGuard.nullable().default(null).describe('Address instead of the public one of the region.'),
    senderId: z
      .string()
      .regex(/^(?=.*[A-Za-z])[A-Za-z0-9]{1,11}$/, 'expected 1 to 11 letters and digits, with a letter')
      .nullable()
      .default(null)
      .describe('Sender on the phone, in countries that allow it: 1 to 11 letters and digits.'),
  }),
]);

const sms = smsGuard.prefault({ kind: 'outbox' }).describe('Delivery of SMS.');

export const deliveryGuard = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('outbox').describe('A file in the data folder, for the administrator.'), sms }),
  z
    .strictObject({
      kind: z.literal('smtp').describe('A mail relay.'),
      url: credentialGuard
        .refine(hasSmtpPasswordEncoded, { error: encodedPassword, abort: true })
        .refine(
          isSmtpUrl,
          'expected smtps://user:password@host:465 or smtp://user:password@host:587, and nothing behind the port',
        )
        .describe(
          'Secret. Address of the mail relay: `smtps://user:password@host:465` or `smtp://user:password@host:587`. Write `% @ / ? # [ ]` in a password as `%25 %40 %2F %3F %23 %5B %5D`.',
        ),
      from: emailGuard.describe('E-mail address of the sender.'),
      requireTls: z
        .boolean()
        .default(true)
        .describe('`false` is possible only for a relay on this machine: codes then travel without encryption.'),
      sms,
    })
    .refine(({ url, requireTls }) => requireTls || isSmtpUrlOfThisMachine(url), {
      path: ['requireTls'],
      error: 'expected true: codes may travel in the clear on this machine only',
    }),
]);

export type DeliveryConfig = z.output<typeof deliveryGuard>;

export type SmsConfig = DeliveryConfig['sms'];
