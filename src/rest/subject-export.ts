import type { RecordOf } from '../core/audit-events.js';
import { type ConnectedSubject, toSubjectRef } from '../core/connection.js';
import { readHoldings } from '../core/enrolment/subject-rights.js';
import type { AttemptsView } from '../core/limits/lockout.js';
import { toEpochMs, toIso } from '../core/units.js';
import type { ApiDeps } from './deps.js';
import { toCredentialReply, toDataConsentReply, toLinkReply } from './fields.js';
import type { Holdings } from './replies/holdings.js';

export type RecordedHoldings = Holdings & { readonly records: RecordOf[]; readonly recordsLeftOut: number };

/** Said in every export. */
export const notHeld = [
  'Photos and videos: they are overwritten in memory once they were compared.',
  'Face templates: the sealed token stands in the profile at the identity provider alone, and cannot be turned back into a face.',
  'Step-ups under way: kept under random ids for at most 31 days; the audit records name them.',
  'Names, addresses and phone numbers, except those of a campaign: they are the identity provider’s.',
  'PINs, passwords, recovery codes and the private keys of passkeys: never kept.',
] as const;

const toAttempts = ({ failures, lockedUntil }: AttemptsView): Holdings['attempts'] => ({
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
