import { type Assurance, anonymousSourceIn, type Connection } from '../connection.js';
import { anonymousShare } from '../fair-queue.js';
import type { Account, Profile } from '../ports.js';
import type { ConsumeLimits } from './limits.js';

export interface Directory extends Pick<Profile, 'findAccount'> {
  /** Account from the profile, without names. */
  readAccount(subject: string): Promise<Account>;
}

/**
 * Returns the directory for a request. For anonymous callers, look-ups also throw `locked_out`.
 */
export type DirectoryFor = (assurance: Assurance) => Directory;

/**
 * Creates a connection's directories. Pushed or signed requests read the profile directly. Look-ups of anonymous callers
 * are rate-limited, and are never answered from a cache, because a fast answer would reveal who signed in recently.
 */
export function createDirectories(
  { id, profile }: Pick<Connection, 'id' | 'profile'>,
  { consumeLimits }: { readonly consumeLimits: ConsumeLimits },
): DirectoryFor {
  const bounded = async <Answer>(source: string, question: () => Promise<Answer>): Promise<Answer> => {
    await consumeLimits(['outsiderLookUps', source], ['outsiderLookUpsOfConnection', id, anonymousShare(source)]);
    return question();
  };
  return (assurance) => {
    const source = anonymousSourceIn(assurance);
    if (source === null) return profile;
    return {
      findAccount: (login) => bounded(source, () => profile.findAccount(login, 'anonymous')),
      readAccount: (subject) => bounded(source, () => profile.readAccount(subject, 'anonymous')),
    };
  };
}
