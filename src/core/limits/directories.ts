import { FaceError } from '../../errors.js';
import type { Connection } from '../connection.js';
import type { Account, Clock, Profile } from '../ports.js';
import type { CountAll } from './limits.js';

/** Finds people by name or id. */
export type Directory = Pick<Profile, 'findAccount' | 'readAccount'>;

/**
 * Where somebody is looked for who is named by a request; its directories throw FaceError `locked_out`, too: outsiders ask for
 * too many. `isUnaltered`: no outsider named them.
 */
export type DirectoryFor = (request: { readonly isUnaltered: boolean; readonly source: string }) => Directory;

/** How long an answer is good, in seconds: a reload, and another sign-in of the same person, ask nobody. */
const keptSec = 60;
const mostKept = 10_000;

/**
 * The directory of a connection: as it is for requests that their client pushed or signed, and for outsiders bounded. Each question
 * costs of what outsiders may ask and of nothing else, and what was asked a moment ago is remembered, whether somebody was
 * found or not: the time of an answer does not tell who is known.
 */
export function createDirectories(
  { id, profile }: Pick<Connection, 'id' | 'profile'>,
  { clock, countAll }: { readonly clock: Clock; readonly countAll: CountAll },
): DirectoryFor {
  const bounded = async <Answer>(source: string, question: () => Promise<Answer>): Promise<Answer> => {
    await countAll(['outsiderLookUps', source], ['outsiderLookUpsOfConnection', id]);
    return question();
  };
  const byLogin = remember<Account | null>(clock);
  const bySubject = remember<Account | null>(clock);
  return ({ isUnaltered, source }) => {
    if (isUnaltered) return profile;
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

/** That there is nobody is an answer like any other. */
function toNobody(error: unknown): null {
  if (error instanceof FaceError && error.code === 'subject_unknown') return null;
  throw error;
}

/** Asks once for many who want to know the same at the same time or soon after. What fails is asked anew. */
function remember<Answer>(clock: Clock): (name: string, ask: () => Promise<Answer>) => Promise<Answer> {
  // In the order they were asked, so the first are the oldest.
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
