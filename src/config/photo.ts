import { z } from 'zod';
import type { PhotoPolicy } from '../core/connection.js';
import { policyModes } from '../core/rules/rule.js';
import { headerCredentialGuard } from './credential.js';
import { safeUrlGuard } from './safe-url.js';

const hostGuard = z
  .string()
  .max(253)
  .regex(
    /^(?:(?:[a-z\d_-]+\.)*[a-z\d_-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/,
    'expected a host name in small letters, with the port unless it is the usual one',
  );

const unprovenGuard = z.enum(['refuse', 'helpDesk']);

const daysGuard = z.int().min(1).max(3650).nullable().default(null);

/** An address with claims in braces behind the host, so that a claim cannot choose the host. */
const addressGuard = z
  .string()
  .max(1024)
  .refine(
    (text) =>
      /^https?:\/\/[^/{}]+\/[^{}]*(?:\{[\w:.-]+\}[^{}]*)+$/.test(text) &&
      safeUrlGuard.safeParse(text.replace(/\{[\w:.-]+\}/g, 'claim')).success,
    'expected an address that starts with https:// and has a claim in braces in its path, such as https://badge.example.com/photos/{employee_number}.jpg',
  );

export const photoPolicyGuard = z
  .strictObject({
    mode: z
      .enum(policyModes)
      .default('enforce')
      .describe(
        '`"enforce"` refuses enrolments that the photo does not confirm, in every mode of the policy, also one that was switched by hand. `"shadow"` only records them.',
      ),
    source: z
      .union([
        z.literal(['provider', 'document']),
        z.strictObject({
          url: addressGuard.describe('Address of a photo. Claims of the connection stand in braces.'),
          header: z
            .strictObject({
              name: z
                .string()
                .regex(/^[A-Za-z][A-Za-z\d-]{0,63}$/, 'expected the name of a header')
                .describe('Name of the header.'),
              value: headerCredentialGuard.describe('Secret.'),
            })
            .nullable()
            .default(null)
            .describe('Header that authenticates this server, such as `Authorization`.'),
        }),
      ])
      .default('provider')
      .describe(
        '`"provider"`: the user’s photo at the provider, or the address in the claim `picture`. `"document"`: the portrait of a digital identity document, see docs/digital-documents.md. Otherwise, the address of a badge system.',
      ),
    hosts: z
      .array(hostGuard)
      .max(20)
      .default([])
      .describe(
        'Hosts that photos may be fetched from, with the port unless it is the usual one. A photo at another host is refused.',
      ),
    privateAddresses: z
      .boolean()
      .default(false)
      .describe('True if a host may have a private address, such as a badge system in the company’s own network.'),
    minAgeDays: daysGuard.describe(
      'Refuse a photo that changed within these days, because its owner may have changed it. Only sources that send `Last-Modified` tell this.',
    ),
    maxAgeDays: daysGuard.describe('Refuse a photo that is older, where the source tells this.'),
    whenForbidden: z
      .enum(['unavailable', 'missing'])
      .default('unavailable')
      .describe(
        'If the server of an address answers 403: `"unavailable"`, or `"missing"` for an object store that answers 403 for a file that does not exist. A wrong key of this server then looks as if no one had a photo.',
      ),
    whenMissing: unprovenGuard
      .default('refuse')
      .describe('If there is no usable photo: `"refuse"`, or `"helpDesk"` if the help desk may enrol the person.'),
    whenUnlike: unprovenGuard
      .default('refuse')
      .describe('If the face does not match: `"refuse"`, or `"helpDesk"` if the help desk may enrol the person.'),
  })
  .superRefine(({ source, hosts }, context) => {
    const host = typeof source === 'string' || !URL.canParse(source.url) ? null : new URL(source.url).host;
    if (host !== null && !hosts.includes(host))
      context.addIssue({ code: 'custom', path: ['hosts'], message: `add the host of the address: ${host}` });
  }) satisfies z.ZodType<PhotoPolicy>;
