import type { JsonObject } from '../../base/json.js';
import { FaceError } from '../../errors.js';
import type { UserSecret } from '../concealed.js';
import type { Policy } from '../connection.js';
import type { Ports } from '../deps.js';
import type { PasskeyAnswer, PasskeyCredential, PresentedSecret } from '../ports.js';
import { type Ceremony, startCeremony, takeNewPasskey, takePasskey } from './passkey-ceremony.js';
import { isPin, isWeakPin } from './pin.js';
import { checkStarted, whoOf } from './record.js';
import type { FoundSession } from './session.js';
import { demandedSecret } from './session-view.js';
import type { StepUp } from './stored.js';

/** Secrets that the page submitted, unverified. `null` if not submitted. */
export interface SentSecret {
  readonly pin: UserSecret | null;
  readonly passkey: PasskeyAnswer | null;
}

export function checkSecret(stepUp: Pick<StepUp, 'record' | 'connection'>, sent: SentSecret): void {
  const demanded = demandedSecret(stepUp);
  const isNew = stepUp.record.purpose === 'enrol';
  const { pin, passkey } = sent;
  if (demanded === 'pin') {
    if (pin === null) throw new FaceError('secret_missing');
    if (isNew) checkNewPin(pin);
  } else if (demanded === 'passkey') {
    if (passkey === null || passkey[isNew ? 'creation' : 'assertion'] === null) throw new FaceError('secret_missing');
  }
}

/** Checks a new PIN. @throws `secret_missing` if it is not a PIN; `secret_weak` if it is easily guessed */
function checkNewPin(pin: UserSecret): void {
  if (!pin.use(isPin)) throw new FaceError('secret_missing');
  if (pin.use(isWeakPin)) throw new FaceError('secret_weak');
}

/**
 * Checks the password that a backend submits for an enrolment.
 * @throws `secret_missing` if it is not a PIN, or if the policy requires a passkey, which needs the page; `secret_weak`
 */
export function checkPassword({ userSecret }: Policy, password: UserSecret | null): void {
  if (userSecret === 'none') return;
  if (userSecret === 'passkey' || password === null) throw new FaceError('secret_missing');
  checkNewPin(password);
}

export async function presentSecret(
  stepUp: StepUp,
  { pin, passkey }: SentSecret,
  deps: Ports<'state' | 'clock' | 'random' | 'log' | 'passkeys'>,
): Promise<{ secret: PresentedSecret | null; passkey: PasskeyCredential | null }> {
  const { id: stepUpId, record } = stepUp;
  const demanded = demandedSecret(stepUp);
  if (demanded === 'none') return { secret: null, passkey: null };
  if (demanded === 'pin') {
    if (pin === null) throw new FaceError('secret_missing');
    return { secret: { value: pin, method: 'pin' }, passkey: null };
  }
  if (passkey === null) throw new FaceError('secret_missing');
  if (record.purpose === 'enrol') return takeNewPasskey({ stepUpId, answer: passkey }, deps);
  const answer = passkey.assertion;
  return { secret: await takePasskey({ stepUpId, answer, ...whoOf(record) }, deps), passkey: null };
}

/**
 * Starts the WebAuthn ceremony of a session.
 * @throws `step_up_finished`, `consent_missing`; `not_found` if no passkey is required
 */
export async function askForPasskey(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'random' | 'passkeys'>,
): Promise<{ readonly ceremony: Ceremony; readonly options: JsonObject }> {
  const { id: stepUpId, record, connection } = session;
  checkStarted(record, deps.clock.now());
  const { purpose, consent } = record;
  if (purpose === 'manage' || demandedSecret(session) !== 'passkey') throw new FaceError('not_found');
  if (consent === null) throw new FaceError('consent_missing');
  const ceremony = purpose === 'enrol' ? 'create' : 'get';
  const organisation = connection?.policy.organisation ?? null;
  const options = await startCeremony({ stepUpId, ceremony, organisation, ...whoOf(record) }, deps);
  return { ceremony, options };
}
