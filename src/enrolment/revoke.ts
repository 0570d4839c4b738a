import { bindingOf, type ConnectedSubject, type SubjectRef, toSubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { SealedToken } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay, toEpochMs, toIso } from '../core/units.js';
import { FaceError } from '../errors.js';
import { readConsent, withdrawConsent } from './consent.js';
import { denyToken, identifyIfToken } from './deny-list.js';
import { forgetFrames, holderOf } from './earlier-frames.js';

/** Seconds for which the end of an enrolment is stored. The longest step-up, an invitation, is valid for 30 days. */
const keptSec = 31 * secondsPerDay;

const endKey = ({ connection, subject }: SubjectRef): string => `enrolment-end:${connection}:${subject}`;

/** Records the end of an enrolment, which also ends step-ups that started before. */
export async function noteEnd(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const now = clock.now();
  await state.write(endKey(who), now, { when: 'any', expiresAt: addSec(now, keptSec) });
}

const enrolledKey = ({ connection, subject }: SubjectRef): string => `enrolment-made:${connection}:${subject}`;

const endWithoutFaceKey = ({ connection, subject }: SubjectRef): string =>
  `enrolment-ended-without-face:${connection}:${subject}`;

/**
 * Records that the enrolment was ended on a page that no face opened. A sign-in alone then enrols no other face, so that
 * a password does not replace the face in two steps.
 */
export async function noteEndWithoutFace(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  await state.write(endWithoutFaceKey(who), true, { when: 'any', expiresAt: addSec(clock.now(), keptSec) });
}

export const hasEndedWithoutFace = async (who: SubjectRef, { state }: Ports<'state'>): Promise<boolean> =>
  (await state.read(endWithoutFaceKey(who))) !== null;

/** Records a new enrolment, which ends the unopened links that were made before. */
export async function noteEnrolment(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const now = clock.now();
  await state.delete(endWithoutFaceKey(who));
  await state.write(enrolledKey(who), now, { when: 'any', expiresAt: addSec(now, keptSec) });
}

/** Returns when the person last enrolled, or `null` if that is more than 31 days ago or unknown. */
export async function readEnrolledAt(who: SubjectRef, { state }: Ports<'state'>): Promise<EpochMs | null> {
  const found = await state.read(enrolledKey(who));
  return found === null ? null : epochMsGuard.parse(found.value);
}

/** @throws `step_up_finished` if the person has enrolled since the step-up's start */
export async function checkNotEnrolledSince(
  stepUp: SubjectRef & { readonly startedAt: EpochMs },
  { state }: Ports<'state'>,
): Promise<void> {
  const enrolledAt = await readEnrolledAt(stepUp, { state });
  if (enrolledAt !== null && stepUp.startedAt < enrolledAt) throw new FaceError('step_up_finished');
}

const checksEndKey = ({ connection, subject }: SubjectRef): string => `checks-end:${connection}:${subject}`;

/** Ends the step-ups of a person that started before. The enrolment remains. */
export async function noteChecksEnd(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const now = clock.now();
  await state.write(checksEndKey(who), now, { when: 'any', expiresAt: addSec(now, keptSec) });
}

/** Returns true if an enrolment ended after that time. */
export async function hasEnrolmentEnded(who: SubjectRef, since: EpochMs, { state }: Ports<'state'>): Promise<boolean> {
  const found = await state.read(endKey(who));
  return found !== null && since < epochMsGuard.parse(found.value);
}

/** Returns true if an enrolment, or all step-ups of the person, ended after the step-up's start. */
export async function hasEndedSince(who: SubjectRef, startedAt: EpochMs, { state }: Ports<'state'>): Promise<boolean> {
  const ends = await state.readMany([endKey(who), checksEndKey(who)]);
  return ends.some((found) => found !== null && startedAt < epochMsGuard.parse(found.value));
}

/** @throws `step_up_finished` if the enrolment, or all step-ups of the person, ended since the step-up's start */
export async function checkNotEnded(
  stepUp: SubjectRef & { readonly startedAt: EpochMs },
  deps: Ports<'state'>,
): Promise<void> {
  if (await hasEndedSince(stepUp, stepUp.startedAt, deps)) throw new FaceError('step_up_finished');
}

/**
 * Denies a token until it would have expired. Requires the whole token, because the public id is a digest of the token.
 * Rate-limited, because a client could invent tokens, which cannot be authenticated without the face.
 * @throws `token_malformed`, `locked_out`; `token_key_retired` for a token that no key opens any more
 */
export async function revokeToken(
  token: SealedToken,
  by: { readonly tenant: string; readonly client: string },
  deps: Ports<'state' | 'clock' | 'audit' | 'verifier' | 'settings'>,
): Promise<void> {
  const named = deps.verifier.identify(token);
  await consumeLimit('revocations', by.client, deps);
  if (!(await deps.verifier.holdsKeyOf(named))) throw new FaceError('token_key_retired');
  await denyToken(named, deps);
  await forgetFrames(holderOf(named.tokenId), deps);
  // The expiry is recorded because, if another server created the token, no other audit record has it.
  const expiresAt = named.expiresAt === null ? null : toIso(toEpochMs(named.expiresAt));
  await deps.audit.append({
    action: 'revoked',
    connection: by.tenant,
    subject: '',
    detail: { tokenId: named.tokenId, expiresAt, client: by.client },
  });
}

export interface Revocation {
  readonly tokenIds: readonly string[];
  /** False if there was nothing whose end could be recorded. */
  readonly isRecorded: boolean;
}

/**
 * Ends an enrolment: deletes its data, withdraws the consent, denies the token and clears the profile attribute. Steps
 * that do not need the provider come first, so that they succeed during the provider's outage. Idempotent.
 * @throws `subject_unknown`
 */
export async function revokeSubject(
  request: ConnectedSubject & { readonly by?: string; readonly isReported?: boolean },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings'>,
): Promise<Revocation> {
  const { connection, subject, by } = request;
  const who = toSubjectRef(request);
  const reported = request.isReported === true ? true : undefined;
  const note = (action: 'consent_withdrawn' | 'revoked', tokenId: string | null): Promise<void> =>
    deps.audit.append({ action, ...who, detail: { tokenId, by, reported } });

  await noteEnd(who, deps);
  await forgetPersonalData(request, ['enrolment', 'revocation'], deps);
  const withdrawn = await withdrawConsent(who, deps);
  const denied: string[] = [];
  for (const ended of withdrawn) {
    await denyToken(ended, deps);
    await note('consent_withdrawn', ended.tokenId);
    await note('revoked', ended.tokenId);
    denied.push(ended.tokenId);
  }
  const kept = await connection.profile.readToken(subject);
  const current = identifyIfToken(kept, deps);
  if (current !== null && !denied.includes(current.tokenId)) {
    await denyToken(current, deps);
    await note('revoked', current.tokenId);
    denied.push(current.tokenId);
  }
  // Without consent and attribute, only links end: the log must not say that an enrolment ended.
  const isRecorded = denied.length > 0 || kept !== null;
  if (isRecorded && denied.length === 0) await note('revoked', null);
  await connection.profile.clearToken(subject);
  // A concurrent enrolment has recorded a new consent, and is ended too.
  const after = await readConsent(who, deps);
  if (after === null || after.withdrawnAt !== null) return { tokenIds: denied, isRecorded };
  const again = await revokeSubject(request, deps);
  return { tokenIds: [...denied, ...again.tokenIds], isRecorded: isRecorded || again.isRecorded };
}

/** Deletes the data of all features whose `endedBy` is one of these events. */
export async function forgetPersonalData(
  request: ConnectedSubject & { readonly by?: string | undefined; readonly isReported?: boolean | undefined },
  events: readonly PersonalData['endedBy'][],
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'>,
): Promise<void> {
  const { connection, subject, by, isReported } = request;
  const forgetting = { binding: bindingOf(connection, subject), by, isReported };
  for (const { endedBy, forget } of deps.settings.personalData)
    if (events.includes(endedBy)) await forget(toSubjectRef(request), deps, forgetting);
}
