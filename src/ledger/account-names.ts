import type { Connection } from '../core/connection.js';
import type { Account, Clock } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { toCode } from '../errors.js';

/** How long a name is shown that the provider may have changed since. */
const keptSec = 5 * 60;

const mostKept = 5000;

/** Asked at one provider at once: some count calls. */
const mostAtOnce = 4;

/** Reads how people are called at their provider, and remembers it for a few minutes, in memory alone. */
export interface AccountNames {
  /** In the order asked for; `null`: nobody by that id, or the provider does not say. */
  read(connection: Connection, subjects: readonly string[]): Promise<readonly (Account | null)[]>;
  /** Remembers one that was read otherwise. */
  note(connection: Connection, account: Account): void;
}

export function createAccountNames({ clock }: { readonly clock: Clock }): AccountNames {
  const kept = new Map<string, { readonly account: Account | null; readonly until: EpochMs }>();

  const keep = (key: string, account: Account | null): void => {
    kept.delete(key);
    kept.set(key, { account, until: addSec(clock.now(), keptSec) });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  };

  const readOne = async ({ id, profile }: Connection, subject: string): Promise<Account | null> => {
    const key = `${id} ${subject}`;
    const known = kept.get(key);
    if (known !== undefined && known.until > clock.now()) return known.account;
    try {
      const account = await profile.readAccount(subject);
      keep(key, account);
      return account;
    } catch (error) {
      // A provider that is down may answer the next time.
      if (toCode(error) === 'subject_unknown') keep(key, null);
      return null;
    }
  };

  return {
    async read(connection, subjects) {
      const names: (Account | null)[] = subjects.map(() => null);
      const waiting = [...subjects.entries()];
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const [index, subject] = next;
          names[index] = await readOne(connection, subject);
        }
      };
      await Promise.all(Array.from({ length: mostAtOnce }, work));
      return names;
    },
    note: ({ id }, account) => keep(`${id} ${account.subject}`, account),
  };
}
