import { z } from 'zod';
import { headerCredentialGuard } from './credential.js';
import { safeUrlGuard } from './safe-url.js';

/**
 * The events a receiver may ask for: two of CAEP, and one that tells how likely it is that somebody else uses the account.
 * @see https://openid.net/specs/openid-caep-1_0-final.html
 */
export const securityEventNames = ['session-revoked', 'credential-change', 'user-risk-change'] as const;

/** An event that receivers are told of. */
export type SecurityEventName = (typeof securityEventNames)[number];

/** What a receiver is told unless it asks otherwise. */
export const defaultSecurityEvents = [
  'session-revoked',
  'credential-change',
] as const satisfies readonly SecurityEventName[];

/** How events name a user. */
export const subjectForms = ['complex', 'iss_sub', 'email'] as const;
export type SubjectForm = (typeof subjectForms)[number];

/** One receiver of Security Event Tokens, told by push (RFC 8935) or by poll (RFC 8936). */
export const securityEventReceiverGuard = z
  .strictObject({
    /** Names the receiver in the log, the metrics and the dead letters, and its stream. */
    id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens'),
    /** Where events are pushed to; `null`: the receiver polls. */
    url: safeUrlGuard.nullable(),
    audience: z.string().min(1).max(512),
    /** Sent with each push as `Authorization: Bearer`, `null` sends none; a receiver that polls sends it. */
    token: headerCredentialGuard.nullable().default(null),
    events: z
      .array(z.enum(securityEventNames))
      .min(1)
      .default([...defaultSecurityEvents]),
    subject: z.enum(subjectForms).default('complex'),
    /** Ids of the connections it is told about; `null` is all. */
    connections: z.array(z.string()).min(1).nullable().default(null),
  })
  .refine(({ url, token }) => url !== null || token !== null, {
    path: ['token'],
    error: 'expected a secret: a receiver that polls shows it',
  });

export type SecurityEventReceiver = z.output<typeof securityEventReceiverGuard>;
