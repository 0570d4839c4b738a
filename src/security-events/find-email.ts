import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { readPlainEmail } from '../core/email-address.js';
import type { Account, Profile } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import type { FindEmail } from './set.js';

/** Short, because the events of one record follow each other closely. */
const keptSec = 60;
const mostKept = 1000;

export function createFindEmail(
  connectionOf: (id: string) => Pick<Connection, 'profile'> | undefined,
  { clock }: Ports<'clock'>,
): FindEmail {
  const kept = new Map<string, { readonly email: string | null; readonly until: EpochMs }>();
  return async (connection, subject) => {
    const key = JSON.stringify([connection, subject]);
    const known = kept.get(key);
    if (known !== undefined && known.until > clock.now()) return known.email;
    const found = connectionOf(connection);
    if (found === undefined) throw new FaceError('profile_unavailable', { connection, reason: 'not configured' });
    const email = toEmail(await readAccount(found, subject), found.profile);
    kept.delete(key);
    kept.set(key, { email, until: addSec(clock.now(), keptSec) });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return email;
  };
}

async function readAccount({ profile }: Pick<Connection, 'profile'>, subject: string): Promise<Account | null> {
  try {
    return await profile.readAccount(subject);
  } catch (error) {
    if (toCode(error) === 'subject_unknown') return null;
    throw error;
  }
}

const toEmail = (account: Account | null, { loginIsName }: Pick<Profile, 'loginIsName'>): string | null =>
  (loginIsName ? null : readPlainEmail(account?.login ?? null)) ?? readPlainEmail(account?.email ?? null);
