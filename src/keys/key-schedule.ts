import { addSec, type EpochMs } from '../core/units.js';

const daySec = 86_400;

/** How long one key signs. */
export const signingLifeSec = 90 * daySec;

/**
 * How long a key is published before it signs, and after another has taken over. Entra keeps what it has read for 24 hours;
 * nothing we sign is good for longer than that.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export const overlapSec = 2 * daySec;

/** A key that signs from a moment on, until the next one does. */
export interface ScheduledKey {
  readonly signsFrom: EpochMs;
}

/** Keys by their turns, and what is to be done now. */
export interface Schedule<Key extends ScheduledKey> {
  readonly signing: Key;
  /** Those that verifiers must know now: the one that signs, the next one, and the last until nothing it signed is good. */
  readonly published: readonly [Key, ...Key[]];
  /** When the next key must be made to sign; `null`: not yet. */
  readonly nextSignsFrom: EpochMs | null;
}

/** The key in turn. @param keys - in the order of their turns; the first signs from the beginning */
export function signingAt<Key extends ScheduledKey>(keys: readonly [Key, ...Key[]], now: EpochMs): Key {
  const [first, ...others] = keys;
  return others.findLast(({ signsFrom }) => signsFrom <= now) ?? first;
}

/**
 * Whose turn it is. However long this service was off, a new key is published for the whole overlap before it signs.
 * @param keys - in the order of their turns; the first signs from the beginning
 */
export function scheduleAt<Key extends ScheduledKey>(keys: readonly [Key, ...Key[]], now: EpochMs): Schedule<Key> {
  const signing = signingAt(keys, now);
  const after = keys.slice(keys.indexOf(signing) + 1);
  const successorOf = (key: Key): Key | undefined => keys[keys.indexOf(key) + 1];
  const before = keys.slice(0, keys.indexOf(signing)).filter((key) => {
    const successor = successorOf(key);
    return successor !== undefined && addSec(successor.signsFrom, overlapSec) > now;
  });
  const isDue = after.length === 0 && addSec(signing.signsFrom, signingLifeSec - overlapSec) <= now;
  return { signing, published: [signing, ...after, ...before], nextSignsFrom: isDue ? addSec(now, overlapSec) : null };
}
