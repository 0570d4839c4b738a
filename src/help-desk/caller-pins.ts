import { z } from 'zod';
import { type BoundedList, changeList, foreseeList, readList, removeFromList } from '../core/bounded-list.js';
import { type ConnectedSubject, isOf } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { deriveMac } from '../core/derived-key.js';
import { knownShare } from '../core/fair-queue.js';
import { charge, consumeLimits, countOwnRecord, type LimitUse } from '../core/limits/limits.js';
import { drawBelow } from '../core/number-choices.js';
import { Credential, isSameDigest } from '../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../core/units.js';
import { toPlainCode } from '../core/written-codes.js';
import { hasEndedSince, readEnrolledAt } from '../enrolment/revoke.js';
import { FaceError } from '../errors.js';
import { managedRef } from '../step-up/current-enrolment.js';
import { ownPageOf } from '../step-up/own-page-flow.js';
import type { FoundSession } from '../step-up/session.js';
import type { VouchingAgent } from './vouching.js';

/*
 * Identifies a caller of the help desk whom the agent does not know. The person shows their face on their own page, sees
 * a PIN there and reads it out. With 200 valid PINs at each connection and 100 wrong guesses an hour in all, a guess
 * succeeds with a probability of 200 × 100 / 10^10, which is 1 in 500,000 an hour.
 */

const pinDigits = 10;
const lifeSec = 5 * 60;
const pinsOfConnection = 200;

const pinGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  stepUpId: z.string(),
  /** Keyed digest. The key is not in the store, so that someone who reads the store cannot find the PIN. */
  digest: z.string(),
  faceShownAt: epochMsGuard,
  expiresAt: epochMsGuard,
});
type CallerPin = z.infer<typeof pinGuard>;

const pinsOf = (connection: string): BoundedList<CallerPin> => ({
  key: `caller-pins:${connection}`,
  guard: pinGuard,
  atMost: pinsOfConnection,
});

async function digestPin(connection: string, pin: Credential, { keys }: Ports<'keys'>): Promise<string> {
  const label = Buffer.from(`caller PINs ${JSON.stringify(connection)}`);
  const mac = await deriveMac(await keys.currentVersion(), label, { keys });
  return mac(pin.use(toPlainCode)).toString('base64url');
}

/**
 * Creates a PIN that the person reads out to the help desk. It replaces an earlier one of the person.
 * @throws `step_up_unknown`, `step_up_finished`; `not_found` if no face opened this page, or the enrolment has ended
 * since; `locked_out` after too many; `limit_reached` if the connection has too many valid PINs
 */
export async function createCallerPin(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'keys' | 'settings'>,
): Promise<{ readonly pin: Credential; readonly expiresAt: EpochMs }> {
  const who = managedRef(session, deps);
  const faceShownAt = ownPageOf(session.record)?.faceShownAt ?? null;
  if (faceShownAt === null || (await hasEndedSince(who, faceShownAt, deps))) throw new FaceError('not_found');
  await countOwnRecord(who, deps);
  const text = Array.from({ length: pinDigits }, () => drawBelow(10, deps.random)).join('');
  const pin = new Credential(text.replace(/^(\d{3})(\d{3})/, '$1 $2 '));
  const made: CallerPin = {
    ...who,
    id: Buffer.from(deps.random(12)).toString('hex'),
    stepUpId: session.id,
    digest: await digestPin(who.connection, pin, deps),
    faceShownAt,
    expiresAt: addSec(deps.clock.now(), lifeSec),
  };
  const withMade = (pins: readonly CallerPin[]): CallerPin[] => [
    made,
    ...pins.filter(({ subject }) => subject !== who.subject),
  ];
  const list = pinsOf(who.connection);
  await foreseeList(list, withMade, deps);
  await deps.audit.append({ action: 'caller_pin_made', ...who, detail: { stepUpId: session.id } });
  await changeList(list, withMade, deps);
  return { pin, expiresAt: made.expiresAt };
}

/**
 * Consumes a PIN and returns whose it is.
 * @returns also the time of the enrolment, because a password may suffice to enrol. `null` if it was not in the last 31
 * days
 * @throws `code_wrong`, also for an expired, replaced or used PIN; `locked_out` after too many wrong ones;
 * `subject_unknown`, `profile_unavailable`
 */
export async function takeCallerPin(
  request: Pick<ConnectedSubject, 'connection'> & {
    readonly pin: Credential;
    readonly by: VouchingAgent;
    readonly reference: string | null;
  },
  deps: Ports<'state' | 'clock' | 'audit' | 'keys' | 'settings'>,
) {
  const { connection, pin, by } = request;
  // Counted before the look-up, so that simultaneous guesses count too. Correct PINs are not counted.
  const guesses: readonly LimitUse[] = [
    ['callerPinsOfAgent', by.id],
    ['callerPinsOfConnection', connection.id, knownShare(by.id)],
    ['callerPins', '', knownShare(by.id)],
  ];
  await consumeLimits(guesses, deps);
  const list = pinsOf(connection.id);
  const digest = await digestPin(connection.id, pin, deps);
  const fits = (each: CallerPin): boolean => isSameDigest(each.digest, digest);
  const [found] = (await readList(list, deps)).filter(fits);
  const reference = request.reference ?? undefined;
  const about = { by: by.name, reference };
  if (found === undefined || (await hasEndedSince(found, found.faceShownAt, deps))) {
    await deps.audit.append({ action: 'caller_pin_refused', connection: connection.id, subject: '', detail: about });
    throw new FaceError('code_wrong');
  }
  const { subject, stepUpId, faceShownAt } = found;
  // Read before the PIN is consumed, so that it can be entered again after an outage of the provider.
  const account = await connection.profile.readAccount(subject);
  const enrolledAt = await readEnrolledAt(found, deps);
  if ((await removeFromList(list, fits, deps)).length === 0) throw new FaceError('code_wrong');
  const detail = { stepUpId, outcome: 'passed', ...about, way: 'pin' } as const;
  await deps.audit.append({ action: 'vouched', connection: connection.id, subject, detail });
  await charge(guesses, -1, deps);
  const isTest = connection.testOutcomeOf !== undefined;
  return { person: { connection: connection.id, ...account }, faceShownAt, enrolledAt, isTest };
}

export const callerPinData = {
  part: 'caller_pins',
  keys: ['caller-pins:*'],
  read: null,
  endedBy: 'revocation',
  forget: (who, deps) => removeFromList(pinsOf(who.connection), isOf(who), deps),
} as const satisfies PersonalData;
