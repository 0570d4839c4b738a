import type { Policy } from '../core/connection.js';
import type { UserSecret } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { isPin, isWeakPin } from './pin.js';

/** Checks a new PIN. @throws `secret_missing` if it is not a PIN; `secret_weak` if it is easily guessed */
export function checkNewPin(pin: UserSecret): void {
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
