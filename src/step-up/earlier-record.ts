import { z } from 'zod';
import { epochMsGuard } from '../core/units.js';
import { referenceChecksOnPage } from './record.js';

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
 * Returns a record of an earlier version as one of this version. Links that were sent wait for days, and stay valid. Any
 * other step-up lasts minutes, such as a page that a sign-in opened in one browser, or a call of the help desk: it is
 * over, and the person starts another one.
 */
export function toCurrentRecord(stored: unknown): unknown {
  const parsed = earlierGuard.safeParse(stored);
  if (!parsed.success) return stored;
  const { connection, subject, purpose, spoken, startedAt, expiresAt, returnUrl, mayRenew } = parsed.data;
  const { challengeDigest, browserDigest, triesLeft, challengesLeft } = parsed.data;
  const isSentLink = purpose !== 'verify' && challengeDigest !== null && browserDigest === null && spoken === null;
  return {
    connection,
    subject,
    purpose,
    spoken: null,
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
    state: isSentLink ? 'started' : 'abandoned',
    captured: null,
    digests: { challenge: challengeDigest, browser: null, session: null },
    handOff: null,
    challenge: null,
    isVendorReplaced: false,
    isGlance: false,
    consent: null,
    left: { tries: triesLeft, challenges: challengesLeft, looks: referenceChecksOnPage },
    pass: null,
    codes: null,
    hasRecoveryCodes: false,
  };
}
