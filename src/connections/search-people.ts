import { z } from 'zod';
import type { Connection } from '../core/connection.js';
import type { NamedAccount } from '../core/ports.js';
import { type FaceErrorCode, toCode } from '../errors.js';

/** Maximum results per connection. */
const mostFound = 20;

/** Result for one connection, so that an outage of one provider does not hide users of the others. */
export interface PeopleSearch {
  readonly connection: Connection;
  /** Users found. Exact matches of the login come first. */
  readonly found: readonly NamedAccount[];
  readonly code: FaceErrorCode | null;
  /** True if the provider limited the rate of calls. */
  readonly isBusy: boolean;
}

const busyGuard = z.object({ detail: z.object({ status: z.literal(429) }) });

/**
 * Searches users by the beginning of login, e-mail address or name. If the provider has no search, only an exact login
 * is found.
 */
export async function searchPeople(text: string, connection: Connection): Promise<PeopleSearch> {
  const { profile } = connection;
  const partial: NamedAccount[] = [];
  const [exact, called] = await Promise.allSettled([
    profile.findAccount(text),
    profile.searchAccounts(text, mostFound, partial),
  ]);
  const reasons: unknown[] = [exact, called].flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  const [code = null] = reasons.map(toCode);
  const isBusy = reasons.some((reason) => busyGuard.safeParse(reason).success);
  const others = called.status === 'fulfilled' ? called.value : partial;
  const signsInSo = exact.status === 'fulfilled' ? exact.value : null;
  const isSo = ({ subject }: NamedAccount): boolean => subject === signsInSo?.subject;
  const first = signsInSo === null ? [] : [{ name: null, ...signsInSo, ...others.find(isSo) }];
  const found = [...first, ...others.filter((each) => !isSo(each))].slice(0, mostFound);
  return { connection, found, code, isBusy };
}
