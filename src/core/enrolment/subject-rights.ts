import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { type CampaignHolding, forgetInCampaigns, readCampaignHoldings } from '../campaign/forget.js';
import { bindingOf, type ConnectedSubject, type Connection, type SubjectRef, toSubjectRef } from '../connection.js';
import { type DataConsent, forgetDataConsents, readDataConsents } from '../consented-data/consents.js';
import { type IssuedCredential, readCredentials } from '../credentials/credentials.js';
import type { CoreDeps } from '../deps.js';
import { forgetHelpRequests } from '../help-desk/help-request-list.js';
import { attemptsOfOutsiders, attemptsOfSubject } from '../limits/attempts.js';
import { type AttemptsView, readAttempts } from '../limits/lockout.js';
import { type Link, readLinks } from '../links/links.js';
import { forgetNoticeChoice, type NoticeChoice, readNoticeChoice } from '../notices/choice.js';
import { countNoticeDevices, forgetNoticeDevices } from '../notices/devices.js';
import { readKnownPlaces } from '../notices/known-places.js';
import { forgetNotMeLinks, readNotMeLinks } from '../notices/not-me.js';
import type { Keys, TokenName } from '../ports.js';
import { readEarlierFrames } from '../step-up/earlier-frames.js';
import { type PassedStepUp, readPassedStepUp } from '../step-up/passed-step-up.js';
import { toEpochSec } from '../units.js';
import { forgetConsent, readConsent } from './consent.js';
import { identifyWhereSound, isDenied } from './deny-list.js';
import { type PasskeyRecord, readPasskey } from './passkey-record.js';
import { readRecoveryCodes } from './recovery-codes.js';
import { revokeSubject } from './revoke.js';

/** Whose data is asked for: a user of one connection, or whoever signs in by a name, wherever they do. */
export type SubjectAsked = SubjectRef | { readonly connection: null; readonly login: string };

/** Where somebody was looked for, and what was found: a user, or why not. */
export interface SubjectSearch {
  readonly connection: Connection;
  readonly found: string | null;
  /** `subject_unknown`: no user there signs in by that name. */
  readonly code: FaceErrorCode | null;
}

type Connections = { readonly connections: ReadonlyMap<string, Connection> };

/**
 * Finds whoever is asked for. One provider that is down keeps nobody from being found at the others.
 * @throws FaceError `connection_unknown`
 */
export async function findSubjects(
  asked: SubjectAsked,
  { connections }: Connections,
): Promise<readonly SubjectSearch[]> {
  if (asked.connection !== null) {
    const connection = connections.get(asked.connection);
    if (connection === undefined) throw new FaceError('connection_unknown');
    return [{ connection, found: asked.subject, code: null }];
  }
  const search = async (connection: Connection): Promise<SubjectSearch> => {
    try {
      const account = await connection.profile.findAccount(asked.login);
      return { connection, found: account?.subject ?? null, code: account === null ? 'subject_unknown' : null };
    } catch (error) {
      return { connection, found: null, code: toCode(error) };
    }
  };
  return Promise.all([...connections.values()].map(search));
}

/** What is held of a user: nothing of it is a token, a picture, or made of one. */
export interface SubjectHoldings {
  /** `null`: no token in the profile, or the provider does not say. */
  readonly enrolment: (TokenName & { readonly isDenied: boolean }) | null;
  /** Why the profile could not be read. */
  readonly profileCode: FaceErrorCode | null;
  readonly consent: Awaited<ReturnType<typeof readConsent>>;
  /** What clients may be told of them. */
  readonly dataConsents: readonly DataConsent[];
  /** Accounts at other connections that are linked with this one. */
  readonly links: readonly Link[];
  /** What they carry in a wallet. */
  readonly credentials: readonly IssuedCredential[];
  readonly passkey: PasskeyRecord | null;
  readonly recoveryCodes: Awaited<ReturnType<typeof readRecoveryCodes>>;
  readonly attempts: AttemptsView;
  /** Of all together whom nobody vouched for. */
  readonly attemptsOfOutsiders: AttemptsView;
  readonly passedStepUp: PassedStepUp | null;
  /** Digests by which copies of frames are known. */
  readonly earlierFrames: Awaited<ReturnType<typeof readEarlierFrames>>;
  /** Devices and networks that their checks came from. */
  readonly knownPlaces: Awaited<ReturnType<typeof readKnownPlaces>>;
  readonly noticeChoice: NoticeChoice | null;
  /** Browsers that notices are pushed to. */
  readonly noticeDevices: Awaited<ReturnType<typeof countNoticeDevices>>;
  /** Links of notices, by which they can say that it was not they. */
  readonly noticeLinks: Awaited<ReturnType<typeof readNotMeLinks>>;
  /** Letters that campaigns sent them, or mean to. */
  readonly campaigns: readonly CampaignHolding[];
}

/** @throws FaceError `state_unavailable` */
export async function readHoldings(
  person: ConnectedSubject,
  deps: CoreDeps & { readonly keys: Keys },
): Promise<SubjectHoldings> {
  const { connection, subject } = person;
  const who = toSubjectRef(person);
  const binding = bindingOf(connection, subject);
  const read = await connection.profile.readToken(subject).then(
    (token) => ({ name: identifyWhereSound(token, deps), code: null }),
    (error: unknown) => ({ name: null, code: toCode(error) }),
  );
  return {
    enrolment: read.name === null ? null : await toEnrolment(read.name, deps),
    profileCode: read.code,
    consent: await readConsent(who, deps),
    dataConsents: await readDataConsents(who, deps),
    links: await readLinks(who, deps),
    credentials: await readCredentials(who, deps),
    passkey: await readPasskey(who, deps),
    recoveryCodes: await readRecoveryCodes(who, deps),
    attempts: await readAttempts(attemptsOfSubject(binding), deps),
    attemptsOfOutsiders: await readAttempts(attemptsOfOutsiders(binding), deps),
    passedStepUp: await readPassedStepUp(who, deps),
    earlierFrames: await readEarlierFrames(who, deps),
    knownPlaces: await readKnownPlaces(who, deps),
    noticeChoice: await readNoticeChoice(who, deps),
    noticeDevices: await countNoticeDevices(who, deps),
    noticeLinks: await readNotMeLinks(who, deps),
    campaigns: await readCampaignHoldings(who, deps),
  };
}

async function toEnrolment({ tokenId, expiresAt, keyVersion }: TokenName, deps: CoreDeps) {
  return { tokenId, expiresAt, keyVersion, isDenied: await isDenied(tokenId, deps) };
}

/**
 * Erases what is held of a user: ends the enrolment, and forgets the consent too. A user whom the provider has no more is
 * erased here all the same. Erasing what was erased succeeds.
 * @param request.receiptId - stands in the audit trail and in the receipt
 * @param request.by - the administrator who asked for it
 * @throws FaceError `profile_unavailable`: for the next try the attribute and the consent are left, and how notices reach the user, which
 *   tell of the end; `state_unavailable`
 */
export async function eraseSubject(
  request: ConnectedSubject & { readonly receiptId: string; readonly by: string },
  deps: CoreDeps,
): Promise<{ readonly tokenIds: readonly string[]; readonly isAtProvider: boolean }> {
  const { receiptId, by } = request;
  const who = toSubjectRef(request);
  const consent = await readConsent(who, deps);
  // Whatever the provider says: nobody writes to them any more, and nobody is told of them.
  await forgetInCampaigns(who, deps);
  await forgetHelpRequests(who, deps);
  await forgetDataConsents(who, deps);
  // Before the letter that tells of this: its own link is to work.
  await forgetNotMeLinks(who, deps);
  let isAtProvider = true;
  const { tokenIds } = await revokeSubject(request, deps).catch((error: unknown) => {
    if (toCode(error) !== 'subject_unknown') throw error;
    isAtProvider = false;
    return { tokenIds: consent === null ? [] : [consent.tokenId] };
  });
  await forgetConsent(who, deps);
  await forgetNoticeChoice(who, deps);
  await forgetNoticeDevices(who, deps);
  const detail = { receiptId, tokenId: tokenIds[0] ?? consent?.tokenId ?? null, by };
  await deps.audit.append({ action: 'subject_erased', ...who, detail });
  return { tokenIds, isAtProvider };
}

/** What was erased of one user. */
export interface Erased extends SubjectRef {
  readonly tokenIds: readonly string[];
}

/** What an erasure takes away. */
export const erasedParts = [
  'token',
  'consent',
  'data_consents',
  'links',
  'credentials',
  'passkey',
  'passed_step_up',
  'earlier_frames',
  'known_places',
  'attempts',
  'campaigns',
  'recovery_codes',
  'bypass_codes',
  'help_requests',
  'notice_choice',
  'notice_devices',
  'notice_links',
] as const;

/** What an erasure leaves, why, and for how long. */
export const remainingParts = [
  {
    what: 'deny_list',
    why: 'The public ids of the erased tokens, so that no copy of one opens. An id is a digest and names nobody.',
    until: 'the token would have expired',
  },
  {
    what: 'step_ups',
    why: 'Face checks that were started and cannot go on: they are kept under random ids.',
    until: 'at most 31 days after the erasure',
  },
  {
    what: 'enrolment_end',
    why: 'When the enrolment ended, under the id of the account, so that no link from before enrols anybody.',
    until: '31 days after the erasure',
  },
  {
    what: 'notice_link',
    why: 'The notice that tells of the end of the enrolment has a link to say that it was somebody else: whose it is, and nothing more.',
    until: 'seven days after the erasure',
  },
  {
    what: 'credential_status',
    why: 'Bits of a list, by which the credentials they carried are known to have ended: they name nobody.',
    until: 'a day after the last credential in the list would have expired',
  },
  {
    what: 'audit_trail',
    why: 'Who did what and when, without anything biometric: evidence, which no single record can be taken from.',
    until: 'the retention of the trail ends',
  },
  {
    what: 'provider_account',
    why: 'The account at the identity provider is not kept by this service; its face attribute was cleared.',
    until: 'the organisation deletes it there',
  },
  {
    what: 'backups',
    why: 'Copies of the store that were made before the erasure.',
    until: 'the organisation overwrites them',
  },
] as const;

/**
 * States an erasure, signed: whoever has the public keys of this service (RFC 7517) can check it.
 * @returns a JWS of the type `facestep-erasure+jwt`
 */
export async function issueErasureReceipt(
  { receiptId, erased }: { readonly receiptId: string; readonly erased: readonly Erased[] },
  { signer, issuer, clock }: CoreDeps,
): Promise<string> {
  return signer.sign('facestep-erasure+jwt', {
    iss: issuer,
    iat: toEpochSec(clock.now()),
    jti: receiptId,
    erased: erased.map(({ connection, subject, tokenIds }) => ({ connection, subject, tokenIds: [...tokenIds] })),
    parts: [...erasedParts],
    remains: remainingParts.map((part) => ({ ...part })),
  });
}
