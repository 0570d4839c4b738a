import { z } from 'zod/mini';
import { get, post } from '../../frame/call.js';

const problem = z.nullable(z.string());
const sealingGuard = z.object({
  version: z.number(),
  isCurrent: z.boolean(),
  madeAt: z.nullable(z.string()),
  /** How many tokens in use it has sealed. */
  tokens: z.number(),
  problem,
});
export type SealingKey = z.infer<typeof sealingGuard>;
const turningGuard = z.object({
  name: z.string(),
  isSigning: z.boolean(),
  signsFrom: z.nullable(z.string()),
  signsUntil: z.nullable(z.string()),
  problem,
});
export type TurningKey = z.infer<typeof turningGuard>;
const keysGuard = z.object({
  sealing: z.array(sealingGuard),
  signing: z.array(turningGuard),
  oidc: z.array(turningGuard),
});
export type Use = keyof z.infer<typeof keysGuard>;

export const readKeys = get('/v1/keys', keysGuard);

const rotatedGuard = z.object({
  isDone: z.boolean(),
  key: z.nullable(z.string()),
  signsFrom: z.nullable(z.string()),
  words: z.array(z.string()),
});
export type Rotated = z.infer<typeof rotatedGuard>;
export const rotateKey = (use: Use) => post('/v1/keys/rotate', rotatedGuard, { use });

const retiredGuard = z.object({ isDone: z.boolean(), lost: z.nullable(z.number()), words: z.array(z.string()) });
/** @param confirm - how many tokens will be lost; `undefined`: changes nothing, and tells how many */
export const retireVersion = (version: number, confirm?: number) =>
  post('/v1/keys/retire', retiredGuard, { version, confirm });
export const retireSigningKey = (name: string) => post('/v1/keys/retire', retiredGuard, { signing: name });

const backupGuard = z.object({
  madeAt: z.string(),
  checkedAt: z.string(),
  files: z.number(),
  bytes: z.number(),
  hasKeys: z.boolean(),
  hasState: z.boolean(),
});
export const readBackup = get('/v1/backup', z.object({ last: z.nullable(backupGuard) }));

const verificationGuard = z.object({
  state: z.enum(['under_way', 'sound', 'unsound', 'failed', 'broken_off']),
  by: z.string(),
  startedAt: z.string(),
  bytesRead: z.number(),
  bytesInAll: z.number(),
  outcome: z.nullable(
    z.object({
      firstSequence: z.number(),
      lastSequence: z.number(),
      heads: z.number(),
      tampering: z.nullable(
        z.object({
          kind: z.enum(['edited', 'deleted', 'reordered', 'inserted', 'forked', 'rewritten', 'truncated']),
          file: z.nullable(z.string()),
          line: z.nullable(z.number()),
          sequence: z.number(),
        }),
      ),
    }),
  ),
  /** Why it could not be verified: a code. */
  failed: z.nullable(z.string()),
});
export type Verification = z.infer<typeof verificationGuard>;
const trailGuard = z.object({
  verification: z.nullable(verificationGuard),
  /** `waitingSec`: for how long records have waited for a signed head. */
  head: z.object({ signedAt: z.nullable(z.string()), waitingSec: z.number() }),
});
export const readTrail = get('/v1/audit/verification', trailGuard);
export const verifyTrail = post('/v1/audit/verify', trailGuard);
