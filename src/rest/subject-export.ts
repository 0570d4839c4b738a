import { z } from 'zod';
import type { RecordOf } from '../core/audit-events.js';
import { personStates } from '../core/campaign/person.js';
import { type ConnectedSubject, toSubjectRef } from '../core/connection.js';
import { readHoldings } from '../core/enrolment/subject-rights.js';
import { letterLanguages } from '../core/letters/language.js';
import type { AttemptsView } from '../core/limits/lockout.js';
import { noticeKinds } from '../core/step-up/page-protocol.js';
import { toEpochMs, toIso } from '../core/units.js';
import { faceErrorCodes } from '../errors.js';
import type { ApiDeps } from './deps.js';
import {
  credentialsReply,
  dataConsentsReply,
  instantReply,
  linksReply,
  toCredentialReply,
  toDataConsentReply,
  toLinkReply,
} from './fields.js';

const attemptsReply = z.strictObject({ failures: z.int(), lockedUntil: instantReply.nullable() });

/** What an export says is held of one user of one connection, whoever asks for it. */
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
  dataConsents: dataConsentsReply,
  links: linksReply,
  credentials: credentialsReply,
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
  noticeChoice: z
    .strictObject({
      off: z.array(z.enum(noticeKinds)),
      email: z.boolean(),
      language: z.enum(letterLanguages).nullable(),
    })
    .nullable()
    .describe(
      'Which notices they do not want, whether by e-mail where a device takes them, and the language of the page they last used.',
    ),
  noticeDevices: z
    .strictObject({ devices: z.int(), expiresAt: instantReply })
    .nullable()
    .describe('How many browsers notices are pushed to. Where they are reached is kept sealed.'),
  noticeLinks: z
    .strictObject({ links: z.int(), expiresAt: instantReply })
    .nullable()
    .describe('Links of notices that still work.'),
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
});

export type Holdings = z.input<typeof holdingsReply>;

/** The same with the records of the trail, for an administrator: those name others, too. */
export const recordedHoldingsReply = z.strictObject({
  ...holdingsReply.shape,
  records: z.array(
    z.strictObject({ time: instantReply, action: z.string(), detail: z.record(z.string(), z.unknown()) }),
  ),
  recordsLeftOut: z.int().describe('Older records of the trail: `facestep audit export` has them all.'),
});

export type RecordedHoldings = Holdings & { readonly records: RecordOf[]; readonly recordsLeftOut: number };

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
  const { passedStepUp, earlierFrames, knownPlaces, noticeChoice, noticeDevices, noticeLinks } = held;
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
    dataConsents: held.dataConsents.map(toDataConsentReply),
    links: held.links.map(toLinkReply),
    credentials: held.credentials.map(toCredentialReply),
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
    noticeChoice: noticeChoice && {
      ...{ off: noticeChoice.off, email: noticeChoice.email, language: noticeChoice.language },
    },
    noticeDevices: noticeDevices && { devices: noticeDevices.devices, expiresAt: toIso(noticeDevices.expiresAt) },
    noticeLinks: noticeLinks && { links: noticeLinks.links, expiresAt: toIso(noticeLinks.expiresAt) },
    campaigns: held.campaigns.map(({ campaign, person: { login, name, email, state, sentAt } }) => ({
      ...{ campaign, login, name, email, state },
      sentAt: sentAt === null ? null : toIso(sentAt),
    })),
  };
}

/** The same with what this server's trail says of them. @throws FaceError `state_unavailable` */
export async function exportRecordedHoldings(who: ConnectedSubject, deps: ApiDeps): Promise<RecordedHoldings> {
  const held = await exportHoldings(who, deps);
  const { records, left } = await deps.recordsOf(toSubjectRef(who));
  return { ...held, records: [...records], recordsLeftOut: left };
}
