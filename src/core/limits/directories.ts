import { FaceError } from '../../errors.js';
import { type Assurance, anonymousSourceIn, type Connection } from '../connection.js';
import type { Account, Clock, NamedAccount, Profile } from '../ports.js';
import type { ConsumeLimits } from './limits.js';

export interface Directory extends Pick<Profile, 'findAccount'> {
  /** Account from the profile, without names. */
  readAccount(subject: string): Promise<Account>;
}

/**
 * Returns the directory for a request. For anonymous callers, look-ups also throw `locked_out`.
 */
export type DirectoryFor = (assurance: Assurance) => Directory;

/** Lifetime of a cached look-up, in seconds. Reloading a page then needs no new look-up. */
const keptSec = 60;
const mostKept = 10_000;

/**
 * Creates a connection's directories. Pushed or signed requests read the profile directly. Anonymous callers have their
 * own rate limit, and a cache of both found and unknown users, so that response times do not reveal who exists.
 */
export function createDirectories(
  { id, profile }: Pick<Connection, 'id' | 'profile'>,
  { clock, consumeLimits }: { readonly clock: Clock; readonly consumeLimits: ConsumeLimits },
): DirectoryFor {
  const bounded = async <Answer>(source: string, question: () => Promise<Answer>): Promise<Answer> => {
    await consumeLimits(['outsiderLookUps', source], ['outsiderLookUpsOfConnection', id]);
    return question();
  };
  const byLogin = remember<Account | null>(clock);
  const bySubject = remember<NamedAccount | null>(clock);
  return (assurance) => {
    const source = anonymousSourceIn(assurance);
    if (source === null) return profile;
    return {
      findAccount: (login) => byLogin(login, () => bounded(source, () => profile.findAccount(login, 'outsider'))),
      async readAccount(subject) {
        const ask = () => profile.readAccount(subject, 'outsider').catch(toNobody);
        const found = await bySubject(subject, () => bounded(source, ask));
        if (found === null) throw new FaceError('subject_unknown');
        return found;
      },
    };
  };
}

/** Returns `null` for unknown users, so that they are cached too. */
function toNobody(error: unknown): null {
  if (error instanceof FaceError && error.code === 'subject_unknown') return null;
  throw error;
}

/** Shares one look-up between concurrent and recent callers. Failures are not cached. */
function remember<Answer>(clock: Clock): (name: string, ask: () => Promise<Answer>) => Promise<Answer> {
  // In order of insertion, so the first entry is the oldest.
  const kept = new Map<string, { readonly answer: Promise<Answer>; readonly askedAt: number }>();
  const isGood = (askedAt: number): boolean => Math.abs(clock.now() - askedAt) < keptSec * 1000;
  const dropOld = (): void => {
    for (const [name, { askedAt }] of kept) {
      if (kept.size <= mostKept && isGood(askedAt)) return;
      kept.delete(name);
    }
  };
  return (name, ask) => {
    const known = kept.get(name);
    if (known !== undefined && isGood(known.askedAt)) return known.answer;
    kept.delete(name);
    const asked = { answer: ask(), askedAt: clock.now() };
    kept.set(name, asked);
    dropOld();
    asked.answer.catch(() => {
      if (kept.get(name) === asked) kept.delete(name);
    });
    return asked.answer;
  };
}
