import { addSec, type EpochMs } from '../../core/units.js';

const daySec = 86_400;

export const signingLifeSec = 90 * daySec;

/** Time for which a key is published before and after it signs. Entra caches keys for 24 hours. */
export const overlapSec = 2 * daySec;

/** A key that signs from `signsFrom` until the next key does. */
export interface ScheduledKey {
  readonly signsFrom: EpochMs;
}

export interface Schedule<Key extends ScheduledKey> {
  readonly signing: Key;
  /** The signing key, the next one, and the previous one until its signatures expire. */
  readonly published: readonly [Key, ...Key[]];
  /** Time from which a key that is due to be created will sign; `null` if none is due. */
  readonly nextSignsFrom: EpochMs | null;
}

export function signingAt<Key extends ScheduledKey>(keys: readonly [Key, ...Key[]], now: EpochMs): Key {
  const [first, ...others] = keys;
  return others.findLast(({ signsFrom }) => signsFrom <= now) ?? first;
}

/**
 * Returns the schedule. Even after a long downtime, a key is published for the whole overlap before it signs.
 * @param keys - in order of signing
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
