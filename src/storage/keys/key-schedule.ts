import { addSec, type EpochMs } from '../../core/units.js';

const daySec = 86_400;

export const signingLifeSec = 90 * daySec;

/** Time for which a key is published before and after it signs. Entra caches keys for 24 hours. */
export const overlapSec = 2 * daySec;

/** A key that signs from `signsFrom` until the next key does. */
export interface ScheduledKey {
  readonly signsFrom: EpochMs;
}

export function signingAt<Key extends ScheduledKey>(keys: readonly [Key, ...Key[]], now: EpochMs): Key {
  const [first, ...others] = keys;
  return others.findLast(({ signsFrom }) => signsFrom <= now) ?? first;
}

/**
 * Returns the schedule. Even after a long downtime, a key is published for the whole overlap before it signs.
 * @param keys - in order of signing
 * @returns `published` has the signing key, the next one, and the previous one until its signatures expire;
 * `nextSignsFrom` is the time from which a key that is due to be created will sign, or `null` if none is due
 */
export function scheduleAt<Key extends ScheduledKey>(keys: readonly [Key, ...Key[]], now: EpochMs) {
  const signing = signingAt(keys, now);
  const after = keys.slice(keys.indexOf(signing) + 1);
  const successorOf = (key: Key): Key | undefined => keys[keys.indexOf(key) + 1];
  const before = keys.slice(0, keys.indexOf(signing)).filter((key) => {
    const successor = successorOf(key);
    return successor !== undefined && addSec(successor.signsFrom, overlapSec) > now;
  });
  const isDue = after.length === 0 && addSec(signing.signsFrom, signingLifeSec - overlapSec) <= now;
  const published: readonly [Key, ...Key[]] = [signing, ...after, ...before];
  return { signing, published, nextSignsFrom: isDue ? addSec(now, overlapSec) : null };
}
