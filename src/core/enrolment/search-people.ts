import { type FaceErrorCode, toCode } from '../../errors.js';
import type { Connection } from '../connection.js';
import type { NamedAccount } from '../ports.js';

/** Told of one connection: whoever is not among them is to be asked for by more of their name. */
const mostFound = 20;

/** Where people were looked for, and who is called so there. One provider that is down hides nobody at the others. */
export interface PeopleSearch {
  readonly connection: Connection;
  /** Whoever signs in by exactly that name first; 20 at most. */
  readonly found: readonly NamedAccount[];
  /** Why the provider did not tell, or not all of it. */
  readonly code: FaceErrorCode | null;
}

/**
 * Finds people at a provider by the beginning of their login, e-mail address or name. A provider that does not search still
 * tells who signs in by exactly that name.
 * @param text - without a space at its beginning or end
 */
export async function searchPeople(text: string, connection: Connection): Promise<PeopleSearch> {
  const { profile } = connection;
  const [exact, called] = await Promise.allSettled([
    profile.findAccount(text),
    profile.searchAccounts(text, mostFound),
  ]);
  const codes = [exact, called].flatMap((each) => (each.status === 'rejected' ? [toCode(each.reason)] : []));
  const others = called.status === 'fulfilled' ? called.value : [];
  const signsInSo = exact.status === 'fulfilled' ? exact.value : null;
  const isSo = ({ subject }: NamedAccount): boolean => subject === signsInSo?.subject;
  const first = signsInSo === null ? [] : [{ name: null, ...signsInSo, ...others.find(isSo) }];
  const found = [...first, ...others.filter((each) => !isSo(each))].slice(0, mostFound);
  return { connection, found, code: codes[0] ?? null };
}
