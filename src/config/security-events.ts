import { z } from 'zod';
import { headerCredentialGuard } from './credential.js';
import { safeUrlGuard } from './safe-url.js';

/**
 * Names of the security events: two of CAEP, and `user-risk-change` for the risk of an account takeover.
 * @see https://openid.net/specs/openid-caep-1_0-final.html
 */
export const securityEventNames = ['session-revoked', 'credential-change', 'user-risk-change'] as const;

export type SecurityEventName = (typeof securityEventNames)[number];

export const defaultSecurityEvents = [
  'session-revoked',
  'credential-change',
] as const satisfies readonly SecurityEventName[];

const subjectForms = ['complex', 'iss_sub', 'email'] as const;
export type SubjectForm = (typeof subjectForms)[number];

/** Id of a receiver of events. */
export const receiverIdGuard = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens');

export const receivedConnectionsGuard = z
  .array(z.string())
  .min(1)
  .nullable()
  .default(null)
  .describe('Ids of the connections that it receives events of. `null` is all.');

export const securityEventReceiverGuard = z
  .strictObject({
    id: receiverIdGuard.describe('Id of the receiver in logs, metrics and dead letters.'),
    url: safeUrlGuard
      .nullable()
      .describe('Address that events are pushed to (RFC 8935). `null`: the receiver polls (RFC 8936).'),
    audience: z.string().min(1).max(512).describe('Audience of the events, as the receiver expects it.'),
    token: headerCredentialGuard
      .nullable()
      .default(null)
      .describe('Secret. Bearer token of pushes, or of a polling receiver. Required for polling.'),
    events: z
      .array(z.enum(securityEventNames))
      .min(1)
      .default([...defaultSecurityEvents])
      .describe('Events that it receives.'),
    subject: z.enum(subjectForms).default('complex').describe('Form in which a user is named.'),
    connections: receivedConnectionsGuard,
  })
  .refine(({ url, token }) => url !== null || token !== null, {
    path: ['token'],
    error: 'expected a secret: a receiver that polls shows it',
  });

export type SecurityEventReceiver = z.output<typeof securityEventReceiverGuard>;
