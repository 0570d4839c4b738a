import { z } from 'zod';
import type { RecordOf } from '../core/audit-events.js';
import { personStates } from '../core/campaign/person.js';
import { type ConnectedSubject, toSubjectRef } from '../core/connection.js';
import { readHoldings } from '../core/enrolment/subject-rights.js';
import type { AttemptsView } from '../core/limits/lockout.js';
import { toEpochMs, toIso } from '../core/units.js';
import { faceErrorCodes } from '../errors.js';
import type { ApiDeps } from '../rest/deps.js';
import { instantReply } from '../rest/fields.js';

const attemptsReply = z.strictObject({ failures: z.int(), lockedUntil: instantReply.nullable() });

/** What an export says is held of one user of one connection. */
export const holdingsReply = z.strictObject({
  profileCode: z.enum(faceErrorCodes).nullable().describe('Why the profile could not be read; `null`: it was.'),
  enrolment: z
    .strictObject({
      tokenId: z.string().describe('The public name of the token.'),
      keyVersion: z.int().nullable(),
      expiresAt: instantReply.nullable(),
      revoked: z.boolean(),
      scope: z.string(),
      accuracy: z.int(),
    })
    .nullable(),
  consent: z
    .strictObject({
      statement: z.string(),
      givenAt: instantReply,
      tokenId: z.string(),
      withdrawnAt: instantReply.nullable(),
    })
    .nullable(),
  passkey: z
    .strictObject({
      id: z.string(),
      publicKey: z.string(),
      counter: z.int(),
      transports: z.array(z.string()),
      backupEligible: z.boolean(),
      expiresAt: instantReply.nullable(),
    })
    .nullable(),
  recoveryCodes: z.strictObject({ left: z.int(), madeAt: instantReply }).nullable(),
  attempts: attemptsReply,
  attemptsOfOutsiders: attemptsReply.describe('Of all together whom nobody vouched for.'),
  passedStepUp: z
    .strictObject({
      stepUpId: z.string(),
      passedAt: instantReply,
      liveness: z.number().nullable(),
      usedAt: instantReply.nullable(),
    })
    .nullable(),
  earlierFrames: z
    .strictObject({ challenges: z.int(), expiresAt: instantReply.nullable() })
    .nullable()
    .describe('Of how many challenges digests are kept, by which copies of their frames are refused.'),
  knownPlaces: z
    .strictObject({ devices: z.int(), networks: z.int(), expiresAt: instantReply.nullable() })
    .nullable()
    .describe('Of how many devices and networks digests are kept, so that the first check from a new one is told.'),
  campaigns: z
    .array(
      z.strictObject({
        campaign: z.string(),
        login: z.string(),
        name: z.string().nullable(),
        email: z.string().nullable(),
        state: z.enum(personStates),
        sentAt: instantReply.nullable(),
      }),
    )
    .describe('Letters of enrolment campaigns.'),
  records: z.array(
    z.strictObject({ time: instantReply, action: z.string(), detail: z.record(z.string(), z.unknown()) }),
  ),
  recordsLeftOut: z.int().describe('Older records of the trail: `facestep audit export` has them all.'),
});

export type Holdings = Omit<z.input<typeof holdingsReply>, 'records'> & { readonly records: RecordOf[] };

/** Said in every export. */
export const notHeld = [
  'Photos and videos: they are overwritten in memory once they were compared.',
  'Face templates: the sealed token stands in the profile at the identity provider alone, and cannot be turned back into a face.',
  'Step-ups under way: kept under random ids for at most 31 days; the audit records name them.',
  'Names, addresses and phone numbers, except those of a campaign: they are the identity provider’s.',
  'PINs, passwords, recovery codes and the private keys of passkeys: never kept.',
] as const;

const toAttempts = ({ failures, lockedUntil }: AttemptsView): z.input<typeof attemptsReply> => ({
  failures,
  lockedUntil: lockedUntil === null ? null : toIso(lockedUntil),
});

/** Reads what is held, as the reply tells it. @throws FaceError `state_unavailable` */
export async function exportHoldings(who: ConnectedSubject, deps: ApiDeps): Promise<Holdings> {
  const held = await readHoldings(who, deps);
  const { profileCode, enrolment, consent, passkey, recoveryCodes, attempts, attemptsOfOutsiders } = held;
  const { passedStepUp, earlierFrames, knownPlaces } = held;
  const { records, left } = await deps.recordsOf(toSubjectRef(who));
  const { scope, accuracy } = who.connection.policy;
  return {
    profileCode,
    enrolment: enrolment && {
      tokenId: enrolment.tokenId,
      keyVersion: enrolment.keyVersion,
      expiresAt: enrolment.expiresAt === null ? null : toIso(toEpochMs(enrolment.expiresAt)),
      revoked: enrolment.isDenied,
      scope,
      accuracy,
    },
    consent: consent && {
      statement: consent.statement,
      givenAt: toIso(consent.givenAt),
      tokenId: consent.tokenId,
      withdrawnAt: consent.withdrawnAt === null ? null : toIso(consent.withdrawnAt),
    },
    passkey: passkey && {
      id: passkey.id,
      publicKey: passkey.publicKey,
      counter: passkey.counter,
      transports: passkey.transports,
      backupEligible: passkey.backupEligible,
      expiresAt: passkey.expiresAt === null ? null : toIso(passkey.expiresAt),
    },
    recoveryCodes: recoveryCodes && { left: recoveryCodes.left, madeAt: toIso(recoveryCodes.madeAt) },
    attempts: toAttempts(attempts),
    attemptsOfOutsiders: toAttempts(attemptsOfOutsiders),
    passedStepUp: passedStepUp && {
      stepUpId: passedStepUp.stepUpId,
      passedAt: toIso(passedStepUp.passedAt),
      liveness: passedStepUp.liveness,
      usedAt: passedStepUp.used === null ? null : toIso(passedStepUp.used.at),
    },
    earlierFrames: earlierFrames && {
      challenges: earlierFrames.challenges,
      expiresAt: earlierFrames.expiresAt === null ? null : toIso(earlierFrames.expiresAt),
    },
    knownPlaces: knownPlaces && {
      ...knownPlaces,
      expiresAt: knownPlaces.expiresAt === null ? null : toIso(knownPlaces.expiresAt),
    },
    campaigns: held.campaigns.map(({ campaign, person: { login, name, email, state, sentAt } }) => ({
      ...{ campaign, login, name, email, state },
      sentAt: sentAt === null ? null : toIso(sentAt),
    })),
    records: [...records],
    recordsLeftOut: left,
  };
}
