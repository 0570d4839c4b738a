import { z } from 'zod';
import { headerCredentialGuard } from './credential.js';
import { safeUrlGuard } from './safe-url.js';

/** The events a receiver may ask for. @see https://openid.net/specs/openid-caep-1_0-final.html */
export const securityEventNames = ['session-revoked', 'credential-change'] as const;

/** One receiver of Security Event Tokens, told by push (RFC 8935). */
export const securityEventReceiverGuard = z.strictObject({
  /** Names the receiver in the log, the metrics and the dead letters. */
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens'),
  url: safeUrlGuard,
  audience: z.string().min(1).max(512),
  /** Sent as `Authorization: Bearer`; `null` sends none. */
  token: headerCredentialGuard.nullable().default(null),
  events: z
    .array(z.enum(securityEventNames))
    .min(1)
    .default([...securityEventNames]),
  /** Ids of the connections it is told about; `null` is all. */
  connections: z.array(z.string()).min(1).nullable().default(null),
});

export type SecurityEventReceiver = z.output<typeof securityEventReceiverGuard>;
