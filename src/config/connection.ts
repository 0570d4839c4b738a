import { z } from 'zod';
import type { Policy, RecoveryPolicy } from '../core/connection.js';
import { emailGuard } from '../core/email-address.js';
import { supportedLanguages } from '../core/language.js';
import { notEnrolledPolicies, unverifiedPolicies } from '../core/rules/rule.js';
import type { ConnectionAdditions, ConnectionSections } from './additions.js';
import { claimSourcesGuard } from './claims.js';
import { connectionIdGuard } from './connection-id.js';
import { type HomePageConfig, homePageGuard } from './home-page.js';
import { findGlanceProblem, livenessPolicyGuard } from './liveness.js';
import { modeGuard, modeHint } from './mode.js';
import { type OidcConfig, oidcOf } from './oidc.js';
import { photoPolicyGuard } from './photo.js';
import { recoveryGuard } from './recovery.js';
import { findRuleProblems, networksGuard, rulesGuard } from './rules.js';
import { safeUrlGuard } from './safe-url.js';

const fallbackGuard = z.enum(unverifiedPolicies);

const policyFields = {
  mode: modeGuard.describe(
    '`"shadow"` decides and records, and refuses no sign-in. `"enforce"` refuses. Rules have their own mode. The server does not start without it.',
  ),
  accuracy: z
    .literal([1, 2, 3, 4, 5, 6, 7, 8])
    .default(4)
    .describe(
      'Accuracy level, 1 (most tolerant) to 8 (strictest). Levels 6 to 8 need three photos at enrolment. A change requires all users to enrol again.',
    ),
  scope: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, 'expected 1 to 64 printable ASCII characters without spaces')
    .default('sign-in')
    .describe(
      'Purpose that tokens are bound to, in printable ASCII characters without spaces. A change requires all users to enrol again.',
    ),
  freshnessSec: z.int().min(10).max(86_400).default(300).describe('Seconds that a passed step-up is valid for a hook.'),
  sameAddress: z
    .boolean()
    .default(true)
    .describe(
      'Accept a pass only if the provider reports the address that the browser had at the face check. Set `false` if users reach this server and the provider from different addresses: a VPN, a proxy pool, iCloud Private Relay, or IPv6 here and IPv4 there.',
    ),
  stepUpTimeoutSec: z.int().min(30).max(3600).default(600).describe('Seconds that a step-up waits for its photos.'),
  enrolmentDays: z
    .int()
    .min(1)
    .max(3650)
    .nullable()
    .default(null)
    .describe('Days until an enrolment expires. `null` is never.'),
  liveness: livenessPolicyGuard
    .default('challenge')
    .describe(
      'Minimum evidence of liveness: `"off"` asks for none and `"passive"` checks photos, where a backend sends them. The capture page always asks for movements: `"glance"` asks for one movement where `glance` permits it and else for movements, `"movement"` asks for movements, `"challenge"` adds the light of the screen on screens wider than tall, `"light"` always. An object: the check of a vendor instead, see docs/liveness-vendors.md. With all but the first two, `POST /step-ups/{id}/photos` is refused.',
    ),
  whenNotEnrolled: z
    .enum(notEnrolledPolicies)
    .default('refuse')
    .describe(
      'At a step-up of a user without an enrolment or with an expired one: `"link"` lets them request a link to enrol, which goes to their e-mail address at the provider, if they passed a first factor; `"enrol"` also lets them enrol at once if the provider authenticated them.',
    ),
  glance: z
    .strictObject({
      days: z.int().min(2).max(30).default(14).describe('Days after a full check on the device.'),
      proof: z
        .enum(['passkey', 'browser'])
        .describe(
          'How the device proves itself: by the person’s passkey, which `userSecret` must require, or by a key that its browser cannot export.',
        ),
    })
    .nullable()
    .default(null)
    .describe(
      'Where `liveness` `"glance"` may ask for one movement: in a browser and network that are known for at least a day, without a failure since the last full check. `null`: nowhere. See docs/liveness.md.',
    ),
  userSecret: z
    .enum(['none', 'pin', 'passkey'])
    .default('none')
    .describe(
      'Second secret of a token, in addition to the face. `"passkey"` requires a `publicUrl` with a domain name. A change requires all users to enrol again.',
    ),
  camera: z
    .enum(['any', 'phone'])
    .default('any')
    .describe(
      '`"phone"` takes pictures only on a phone or tablet; a computer hands over. It relies on what the browser reports, so it is no protection against an attacker. Kiosks are exempt.',
    ),
  handOff: z
    .boolean()
    .nullable()
    .default(null)
    .describe(
      'True if a computer may hand the capture over to the person’s phone. `null` is `true`, or `false` with `userSecret` `"passkey"`. See SECURITY.md for the risk.',
    ),
  referencePhoto: z
    .boolean()
    .default(false)
    .describe('Enrol only a face that matches the photo of an identity document.'),
  photo: photoPolicyGuard
    .nullable()
    .default(null)
    .describe(
      'Photo that the organization already has of each person. An enrolment is compared with it, so that no one else can enrol with a forwarded link. See docs/company-photo.md.',
    ),
  replaceFace: z
    .enum(['proven', 'link'])
    .default('proven')
    .describe(
      'Required proof to replace the face of an enrolled person. `"proven"`: the previous face, a match with the photo of `photo`, or the help desk. `"link"`: an invitation is enough; set it only while all users have to enrol again.',
    ),
  organisation: z
    .string()
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe('Name of the organization on the capture page.'),
  fallbackUrl: safeUrlGuard
    .nullable()
    .default(null)
    .describe('Address for people who cannot or do not want to use their face.'),
  anotherWay: z
    .strictObject({
      email: z.boolean().default(false).describe('Offer a code by e-mail.'),
      sms: z.boolean().default(false).describe('Offer a code by SMS.'),
      recoveryCodes: z
        .boolean()
        .default(false)
        .describe('Offer the recovery codes that the person received at enrolment.'),
      counts: z
        .boolean()
        .default(false)
        .describe('True if hooks and OpenID clients accept a pass by a code, including a bypass code.'),
    })
    .prefault({})
    .describe('One-time codes instead of a face, after a first factor. See docs/help-desk.md.'),
  bypass: z
    .strictObject({
      allowed: z.boolean().default(false).describe('True if the help desk may create bypass codes.'),
      minutes: z.int().min(5).max(60).default(15).describe('Maximum lifetime of a bypass code, in minutes.'),
      approvals: z
        .literal([1, 2])
        .default(1)
        .describe(
          'Number of administrators that a bypass code needs. They are distinguished by the id of their key, or by issuer and subject of their sign-in.',
        ),
      takesKeys: z
        .boolean()
        .default(true)
        .describe(
          '`false`: only administrators who signed in at the company’s provider may create and approve codes. With `approvals` 2, set `false`: a person with a key and a sign-in counts as two administrators.',
        ),
    })
    .prefault({})
    .describe('Bypass codes of the help desk.'),
  helpRequests: z
    .boolean()
    .default(false)
    .describe('True if the person can ask the help desk for help on the capture page.'),
  returnUrls: z
    .array(safeUrlGuard)
    .max(50)
    .default([])
    .describe('Addresses that the capture page may return to, compared character for character.'),
  notices: z
    .boolean()
    .default(false)
    .describe('Notify users of what happens to their face check. See docs/notices.md.'),
  language: z.enum(supportedLanguages).default('en').describe('Language of these notifications.'),
  helpDesk: emailGuard
    .nullable()
    .default(null)
    .describe('E-mail address that is notified if a user reports that an action was not theirs.'),
  whenUnverified: fallbackGuard
    .default('deny')
    .describe(
      'Decision of a hook without a recent face check: `"deny"`, or `"omit_claim"` if applications check the claim themselves.',
    ),
  whenUnavailable: fallbackGuard.default('deny').describe('Decision of a hook if the state store is down.'),
  rules: rulesGuard.describe(
    'Rules for sign-ins by group, application, network and more. The first rule that matches decides, instead of the policy. Rules for groups come before those for applications, and these before the others. See docs/rules.md.',
  ),
  networks: networksGuard.describe('Networks that rules name, each a list of addresses and ranges.'),
};

export const policyGuard = z
  .strictObject(policyFields, {
    error: ({ code }) => (code === 'invalid_type' ? `policy.mode is required: ${modeHint}` : undefined),
  })
  .superRefine(findRuleProblems)
  .superRefine(findGlanceProblem) satisfies z.ZodType<Policy>;

/**
 * Settings of every connection. An adapter's `config.ts` adds `kind` as a literal, and the adapter's settings under the
 * name of the kind.
 */
export const createConnectionFields = (added: ConnectionAdditions) => {
  const addedSections: z.ZodRawShape = Object.assign({}, ...added.map(({ sections }) => sections));
  return {
    id: connectionIdGuard.describe(
      'Id of the connection, in the addresses of hooks and in tokens. A change makes all tokens unusable.',
    ),
    policy: policyGuard.describe('Requirements for a face check, and the decision without one.'),
    claims: claimSourcesGuard.describe(
      'Sources of claims about a person, in addition to the provider’s default attributes: an attribute, a list of attributes, or attributes by member of `address`. See docs/consented-data.md.',
    ),
    me: homePageGuard
      .nullable()
      .default(null)
      .describe(
        'Own pages of users at `/me`. `null`: only with a link of the purpose `manage`. See docs/home-page.md.',
      ),
    recovery: recoveryGuard.describe(
      'Account recovery: a face check and a second thing end in a credential of the provider. See docs/recovery.md.',
    ),
    ...addedSections,
    oidc: oidcOf(added).describe(
      'OpenID Connect clients of this connection, and credentials for wallets. Needs `publicUrl`. See docs/oidc.md.',
    ),
  };
};

export interface ConnectionConfig extends Partial<ConnectionSections> {
  readonly id: string;
  readonly kind: string;
  readonly policy: Policy;
  readonly me: HomePageConfig | null;
  readonly recovery: RecoveryPolicy;
  readonly oidc: OidcConfig | null;
}

export type ConnectionGuard = z.ZodType<ConnectionConfig> &
  z.core.$ZodTypeDiscriminable & {
    readonly shape: Readonly<Record<string, z.ZodType>> & { readonly kind: { readonly value: string } };
  };

export type ConnectionGuards = readonly [ConnectionGuard, ...ConnectionGuard[]];
