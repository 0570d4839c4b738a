import { z } from 'zod';
import { epochMsGuard } from '../core/units.js';

/** Step-up as stored by the release candidate 371bb564, in which one record served every flow. */
const earlierGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  purpose: z.enum(['enrol', 'manage', 'verify']),
  spoken: z.json().default(null),
  startedAt: epochMsGuard,
  expiresAt: epochMsGuard,
  challengeDigest: z.string().nullable(),
  browserDigest: z.string().nullable(),
  triesLeft: z.int(),
  challengesLeft: z.int(),
  returnUrl: z.string().nullable(),
  mayRenew: z.boolean().default(true),
});

/**
 * Returns a record of an earlier version as one of this version. Links that wait to be opened stay valid for days. Any
 * other step-up lasts minutes: it is over, and the person starts another one.
 */
export function toCurrentRecord(stored: unknown): unknown {
  const parsed = earlierGuard.safeParse(stored);
  if (!parsed.success) return stored;
  const { connection, subject, purpose, spoken, startedAt, expiresAt, returnUrl, mayRenew } = parsed.data;
  const { challengeDigest, browserDigest, triesLeft, challengesLeft } = parsed.data;
  const isWaiting = purpose !== 'verify' && challengeDigest !== null;
  return {
    connection,
    subject,
    purpose,
    spoken,
    startedAt,
    expiresAt,
    returnUrl,
    assurance: { kind: 'vouched' },
    flow:
      purpose === 'manage'
        ? { kind: 'own_page', faceShownAt: null, proof: 'invitation', mayRenew }
        : { kind: 'invitation' },
    application: null,
    action: null,
    rule: null,
    isTest: false,
    state: isWaiting ? 'started' : 'abandoned',
    captured: null,
    digests: { challenge: challengeDigest, browser: browserDigest, session: null },
    handOff: null,
    challenge: null,
    isVendorReplaced: false,
    consent: null,
    left: { tries: triesLeft, challenges: challengesLeft, looks: challengesLeft },
    pass: null,
    codes: null,
  };
}
