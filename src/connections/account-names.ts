import { mapConcurrently } from '../core/base/map-concurrently.js';
import type { Connection } from '../core/connection.js';
import { createKeptValues } from '../core/kept-values.js';
import { charge, consumeLimit, type LimitDeps } from '../core/limits/limits.js';
import type { NamedAccount } from '../core/ports.js';
import { toCode } from '../errors.js';
import { type PeopleSearch, searchPeople } from './search-people.js';

const keptAccounts = { lifeSec: 5 * 60, most: 5000 };

/** Searches are cached, because a page that follows the log searches every two seconds. */
const keptSearches = { lifeSec: 60, most: 200 };

/** Maximum of concurrent calls. Low, because some providers limit the rate. */
const mostAtOnce = 4;

/** Administrator for whom providers are called. Each call is counted before it is made. Cached answers cost no call. */
interface Reader {
  readonly id: string;
  /** True for an export, whose calls count, but which is not interrupted. */
  readonly isExport?: true;
}

/** Names of users, cached for a few minutes. */
export interface AccountNames {
  /**
   * Returns accounts in the given order; `null` if unknown or unavailable.
   * @throws `locked_out`
   */
  read(connection: Connection, subjects: readonly string[], by: Reader): Promise<readonly (NamedAccount | null)[]>;
  /**
   * @param text - beginning of a login, e-mail address or name
   * @throws `locked_out`
   */
  search(text: string, connections: Iterable<Connection>, by: Reader): Promise<readonly PeopleSearch[]>;
}

export function createAccountNames(deps: LimitDeps): AccountNames {
  const accounts = createKeptValues<NamedAccount | null>(keptAccounts, deps);
  const searches = createKeptValues<PeopleSearch>(keptSearches, deps);

  const countCall = ({ id, isExport }: Reader): Promise<void> =>
    isExport ? charge([['administratorLookUps', id]], 1, deps) : consumeLimit('administratorLookUps', id, deps);

  const readOne = async ({ id, profile }: Connection, subject: string, by: Reader): Promise<NamedAccount | null> => {
    const key = `${id} ${subject}`;
    const known = accounts.read(key);
    if (known !== undefined) return known;
    await countCall(by);
    try {
      const account = await profile.readAccount(subject);
      accounts.write(key, account);
      return account;
    } catch (error) {
      // An unknown user is cached; an outage is not.
      if (toCode(error) === 'subject_unknown') accounts.write(key, null);
      return null;
    }
  };

  const searchOne = async (text: string, connection: Connection, by: Reader): Promise<PeopleSearch> => {
    const key = `${connection.id} ${text.toLowerCase()}`;
    const known = searches.read(key);
    if (known !== undefined) return known;
    // One call for the exact login, and one for the search.
    await countCall(by);
    await countCall(by);
    const search = await searchPeople(text, connection);
    for (const account of search.found) accounts.write(`${connection.id} ${account.subject}`, account);
    if (search.code === null) searches.write(key, search);
    return search;
  };

  return {
    read: (connection, subjects, by) =>
      mapConcurrently(subjects, (subject) => readOne(connection, subject, by), mostAtOnce),
    search: (text, connections, by) => Promise.all([...connections].map((each) => searchOne(text.trim(), each, by))),
  };
}
