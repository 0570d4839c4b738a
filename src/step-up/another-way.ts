import { bindingOf } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { SupportedLanguage } from '../core/language.js';
import { attemptsOfSubject } from '../core/limits/attempts.js';
import { consumeLimit, countOwnRecord, refundOnFailure } from '../core/limits/limits.js';
import { countAttempt } from '../core/limits/lockout.js';
import type { AnotherWay } from '../core/page-protocol.js';
import type { AuthenticationMethod, PasskeyAnswer } from '../core/ports.js';
import type { Credential } from '../core/secrets.js';
import { type EpochMs, toIso } from '../core/units.js';
import { isUsable } from '../enrolment/company-photo.js';
import { hasExpired, noProof, readConsentedToken, readProof } from '../enrolment/consent.js';
import { readPasskey } from '../enrolment/passkey-record.js';
import { forgetRecoveryCodes, makeRecoveryCodes, takeRecoveryCode } from '../enrolment/recovery-codes.js';
import { FaceError, toCode } from '../errors.js';
import { issueCodes, takeCodes, toCodeMessage } from '../notifications/one-time-codes.js';
import { takeBypass } from './codes/bypass.js';
import { attempt, isStillEnrolled, passStepUp, refuseByRule } from './complete.js';
import { findManaged } from './current-enrolment.js';
import { isRefusedByRule, type ShownFrom } from './receipt-rules.js';
import { checkStarted, type StepUpRecord, subjectOf } from './record.js';
import { changeSession, type FoundSession, viewSession } from './session.js';
import { alternativesOf, type SessionView } from './session-view.js';
import { endAttempt, type StepUp } from './stored.js';
import { capture, newAttempt, offerRecoveryCodes, takeRecoveryCodes } from './transitions.js';
import { provePasskey } from './user-secret.js';

/* Alternatives to the face. Results show that no face was checked, because `face` is not among the factors. */

export type SubmittedAlternative =
  | { readonly way: 'email' | 'sms'; readonly id: string; readonly code: string }
  | { readonly way: 'recovery_code' | 'bypass_code'; readonly code: Credential }
  | { readonly way: 'passkey'; readonly answer: PasskeyAnswer };

function checkOffered(stepUp: StepUp, way: AnotherWay): void {
  if (!alternativesOf(stepUp).includes(way)) throw new FaceError('not_found');
}

const aboutOf = (stepUpId: string): string => `another-way:${stepUpId}`;

/**
 * Sends a one-time code to the e-mail address or phone number in the provider's profile.
 * @returns the id that must be submitted with the code
 * @throws `step_up_unknown`, `step_up_finished`; `not_found` if the alternative is not offered; `locked_out` after too
 * many codes; `contact_missing`, `subject_unknown`, `delivery_failed`
 */
export async function sendCode(
  request: { readonly session: FoundSession; readonly channel: 'email' | 'sms'; readonly language: SupportedLanguage },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'delivery' | 'settings' | 'brandOf'>,
): Promise<{ readonly id: string; readonly expiresAt: EpochMs; readonly isSent: boolean }> {
  const { session, channel, language } = request;
  const { id: stepUpId, record, connection } = session;
  checkStarted(record, deps.clock.now());
  checkOffered(session, channel);
  if (connection === null) throw new FaceError('connection_unknown');
  const person = JSON.stringify([connection.id, record.subject]);
  await consumeLimit('codesOfPerson', person, deps);
  const account = await connection.profile.readAccount(record.subject);
  const to = channel === 'email' ? account.email : account.phone;
  if (to === null) throw new FaceError('contact_missing');
  const { id, codes, expiresAt } = await issueCodes({ about: aboutOf(stepUpId), names: [channel] }, deps);
  const brand = await deps.brandOf(connection);
  const message = toCodeMessage({ channel, to, language, brand }, codes.get(channel) ?? '');
  await refundOnFailure('codesOfPerson', person, () => deps.delivery.send(message), deps);
  await deps.audit.append({ action: 'code_sent', ...subjectOf(record), detail: { stepUpId, channel } });
  return { id, expiresAt, isSent: !deps.delivery.outbox.includes(channel) };
}

/**
 * Passes a step-up by a code or a passkey. A wrong one counts as a failed attempt. A correct one clears no failures.
 * @throws `step_up_unknown`, `step_up_finished`; `not_found` if the alternative is not offered; `code_wrong`,
 * `secret_missing`, `locked_out`
 */
export async function passAnotherWay(
  {
    session,
    given,
    shownFrom,
  }: { readonly session: FoundSession; readonly given: SubmittedAlternative; readonly shownFrom: ShownFrom },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'signer' | 'keys' | 'issuer' | 'passkeys' | 'verifier'>,
): Promise<{ readonly view: SessionView; readonly receipt: Credential | null }> {
  const { way } = given;
  const by = newAttempt(deps);
  const captured = await changeSession(
    session,
    (record, now) => {
      checkOffered({ ...session, record }, way);
      return capture(record, by, now);
    },
    deps,
  );
  const { id: stepUpId, record, connection } = captured;
  if (connection === null) throw new FaceError('connection_unknown');
  const application = record.application ?? undefined;
  const refuse = async (error: unknown): Promise<never> => {
    const detail = { stepUpId, way, code: toCode(error), application };
    await deps.audit.append({ action: 'another_way_refused', ...subjectOf(record), detail });
    throw error;
  };
  const ended = await attempt(
    captured,
    async () => {
      const { method, ...makers } = await countTaking(captured, given, deps).catch(refuse);
      const methods = [method];
      if (await isRefusedByRule(captured, { methods }, shownFrom, deps)) {
        const refused = refuseByRule(record);
        await endAttempt(captured, refused, deps);
        return refused;
      }
      const detail = { stepUpId, way, ...makers, application };
      await deps.audit.append({ action: 'another_way_passed', ...subjectOf(record), detail });
      const check = { at: deps.clock.now(), liveness: null, presence: null, methods, ...noProof };
      const passed = await passStepUp(captured, { check, accuracy: connection.policy.accuracy }, deps);
      await endAttempt(captured, passed, deps);
      return passed;
    },
    deps,
  );
  return viewSession({ ...captured, record: ended, role: session.role }, deps);
}

interface Taken {
  readonly method: AuthenticationMethod;
  readonly by?: string;
  readonly approvedBy?: string | undefined;
}

const byCode = { method: 'otp' } as const;

/**
 * Checks a code or passkey. Wrong ones and wrong faces share one counter, so that codes allow no additional guesses.
 * @throws `code_wrong`, `secret_missing`, `locked_out`
 */
async function countTaking(
  stepUp: StepUp,
  given: SubmittedAlternative,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'keys' | 'passkeys' | 'verifier'>,
): Promise<Taken> {
  const { record, connection } = stepUp;
  if (connection === null) throw new FaceError('connection_unknown');
  // A correct code does not reset the face lockout.
  const whose = { ...attemptsOfSubject(bindingOf(connection, record.subject)), keepsOthersFailures: true } as const;
  const taken = await countAttempt(
    whose,
    async () => {
      const result = await take(given, stepUp, deps);
      return { succeeded: result !== null, result };
    },
    deps,
    async ({ level, until }) =>
      deps.audit.append({ action: 'locked_out', ...subjectOf(record), detail: { level, until: toIso(until) } }),
  );
  if (taken === null) throw new FaceError(given.way === 'passkey' ? 'secret_missing' : 'code_wrong');
  return taken;
}

async function take(
  given: SubmittedAlternative,
  { id, record, connection }: StepUp,
  deps: Ports<'state' | 'clock' | 'random' | 'log' | 'keys' | 'passkeys' | 'verifier'>,
): Promise<Taken | null> {
  switch (given.way) {
    case 'email':
    case 'sms':
      await takeCodes(
        { id: given.id, codes: { [given.way]: given.code }, isExpected: (about) => about === aboutOf(id) },
        deps,
      );
      return byCode;
    case 'passkey': {
      // Passkeys for sign-ins end with the enrolment, and begin when its token is in the profile.
      const token = (await connection?.profile.readToken(record.subject)) ?? null;
      const kept = await readPasskey(subjectOf(record), deps);
      if (kept?.replaces !== null || !(await isUsable(token, deps))) return null;
      const use = { stepUpId: id, answer: given.answer.assertion, ...subjectOf(record) };
      const proven = await provePasskey(use, deps);
      return proven && { method: proven.method };
    }
    case 'recovery_code':
      // Recovery codes end with the enrolment.
      if (await hasExpired(subjectOf(record), deps)) return null;
      return (await takeRecoveryCode(subjectOf(record), given.code, () => true, deps)) ? byCode : null;
    case 'bypass_code': {
      const { application } = record;
      const found = await takeBypass(subjectOf(record), { code: given.code, application }, deps);
      return found && { ...byCode, by: found.by, approvedBy: found.approvedBy ?? undefined };
    }
  }
}

/**
 * Returns true if the person's own page may create recovery codes. The page must have been opened by a face check, so
 * that a password alone cannot replace the face.
 */
export const mayMakeCodesHere = ({ record, terms, connection }: FoundSession): boolean =>
  record.purpose === 'manage' && terms.hasShownFormer && connection?.policy.anotherWay.recoveryCodes === true;

/**
 * Creates recovery codes after an enrolment, or on the person's own page. Previous codes become invalid.
 * @returns the codes, which cannot be shown again
 * @throws `step_up_unknown`; `step_up_finished` if codes are not offered, the person has continued, or the enrolment
 * has ended
 */
export async function renewRecoveryCodes(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings' | 'keys'>,
): Promise<readonly Credential[]> {
  const { id: stepUpId, record } = session;
  const who = subjectOf(record);
  const make = async (enrolled: StepUpRecord): Promise<readonly Credential[]> => {
    await countOwnRecord(who, deps);
    // On the own page, and in an enrolment that it opened, a face alone makes the codes.
    const isByFaceAlone = enrolled.purpose !== 'enrol' || session.terms.hasShownFormer;
    const { enrolmentProof: proof } = isByFaceAlone ? noProof : await readProof(who, [enrolled.codes?.of ?? ''], deps);
    const codes = await makeRecoveryCodes(who, { proof }, deps);
    // The end of an enrolment is recorded before the codes are deleted, so this check finds a concurrent end.
    await checkStillEnrolled(enrolled, deps).catch(async (error: unknown) => {
      await forgetRecoveryCodes(who, deps);
      throw error;
    });
    await deps.audit.append({ action: 'recovery_codes_made', ...who, detail: { stepUpId, codes: codes.length } });
    return codes;
  };
  if (mayMakeCodesHere(session)) {
    findManaged(session, deps);
    const codesOf = await readConsentedToken(who, deps);
    if (codesOf === null) throw new FaceError('step_up_finished');
    return make({ ...record, codes: { state: 'made', of: codesOf } });
  }
  await checkStillEnrolled(record, deps);
  await changeSession(session, takeRecoveryCodes, deps);
  return make(record).catch(async (error: unknown) => {
    // Codes are offered again, because the person has not seen the new codes, and the previous codes may be invalid.
    if (toCode(error) !== 'step_up_finished') await changeSession(session, offerRecoveryCodes, deps).catch(() => {});
    throw error;
  });
}

async function checkStillEnrolled(record: StepUpRecord, deps: Ports<'state'>): Promise<void> {
  if (!(await isStillEnrolled(record, deps))) throw new FaceError('step_up_finished');
}
