import { type FaceErrorCode, toCode } from '../../errors.js';
import type { Connection } from '../connection.js';
import type { NamedAccount } from '../ports.js';

/** Per connection. */
const mostFound = 20;

/** An outage of one provider does not hide the others' users. */
export interface PeopleSearch {
  readonly connection: Connection;
  /** Exact logins first. */
  readonly found: readonly NamedAccount[];
  /** If the result is missing or incomplete. */
  readonly code: FaceErrorCode | null;
}

/** Searches users by the beginning of login, e-mail address or name. Without search support, by exact login. */
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
