import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { NamedAccount } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { toCode } from '../errors.js';
import { type PeopleSearch, searchPeople } from './search-people.js';

const keptSec = 5 * 60;

const mostKept = 5000;

/** Searches are cached, because a page that follows the log searches every two seconds. */
const searchKeptSec = 60;

const mostSearchesKept = 200;

/** Maximum of concurrent calls. Low, because some providers limit the rate. */
const mostAtOnce = 4;

/** Counts one call of a provider, before it is made. Cached answers cost no call. */
export type CountCall = () => Promise<void>;

/** Names of users, cached for a few minutes. */
export interface AccountNames {
  /**
   * Returns accounts in the given order; `null` if unknown or unavailable.
   * @throws what `countCall` throws
   */
  read(
    connection: Connection,
    subjects: readonly string[],
    countCall: CountCall,
  ): Promise<readonly (NamedAccount | null)[]>;
  /**
   * @param text - beginning of a login, e-mail address or name
   * @throws what `countCall` throws
   */
  search(text: string, connections: Iterable<Connection>, countCall: CountCall): Promise<readonly PeopleSearch[]>;
}

export function createAccountNames({ clock }: Ports<'clock'>): AccountNames {
  const kept = new Map<string, { readonly account: NamedAccount | null; readonly until: EpochMs }>();
  const searches = new Map<string, { readonly search: PeopleSearch; readonly until: EpochMs }>();

  const keep = (key: string, account: NamedAccount | null): void => {
    kept.delete(key);
    kept.set(key, { account, until: addSec(clock.now(), keptSec) });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  };

  const readOne = async (
    { id, profile }: Connection,
    subject: string,
    countCall: CountCall,
  ): Promise<NamedAccount | null> => {
    const key = `${id} ${subject}`;
    const known = kept.get(key);
    if (known !== undefined && known.until > clock.now()) return known.account;
    await countCall();
    try {
      const account = await profile.readAccount(subject);
      keep(key, account);
      return account;
    } catch (error) {
      // An unknown user is cached; an outage is not.
      if (toCode(error) === 'subject_unknown') keep(key, null);
      return null;
    }
  };

  const searchOne = async (text: string, connection: Connection, countCall: CountCall): Promise<PeopleSearch> => {
    const key = `${connection.id} ${text.toLowerCase()}`;
    const known = searches.get(key);
    if (known !== undefined && known.until > clock.now()) return known.search;
    // One call for the exact login, and one for the search.
    await countCall();
    await countCall();
    const search = await searchPeople(text, connection);
    for (const account of search.found) keep(`${connection.id} ${account.subject}`, account);
    if (search.code !== null) return search;
    searches.delete(key);
    searches.set(key, { search, until: addSec(clock.now(), searchKeptSec) });
    const [oldest] = searches.keys();
    if (searches.size > mostSearchesKept && oldest !== undefined) searches.delete(oldest);
    return search;
  };

  return {
    async read(connection, subjects, countCall) {
      const names: (NamedAccount | null)[] = subjects.map(() => null);
      const waiting = [...subjects.entries()];
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [index, subject] = next;
          names[index] = await readOne(connection, subject, countCall);
        }
      };
      await Promise.all(Array.from({ length: mostAtOnce }, work));
      return names;
    },
    search: (text, connections, countCall) =>
      Promise.all([...connections].map((each) => searchOne(text.trim(), each, countCall))),
  };
}
