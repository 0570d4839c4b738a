import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { readPlainEmail } from '../core/email-address.js';
import { createKeptValues } from '../core/kept-values.js';
import type { Account, Profile } from '../core/ports.js';
import { FaceError, nullIfUnknown } from '../errors.js';
import type { FindEmail } from './set.js';

/** Short, because the events of one record follow each other closely. */
const keptEmails = { lifeSec: 60, most: 1000 };

export function createFindEmail(
  connectionOf: (id: string) => Pick<Connection, 'profile'> | undefined,
  deps: Ports<'clock'>,
): FindEmail {
  const emails = createKeptValues<string | null>(keptEmails, deps);
  return async (connection, subject) => {
    const key = JSON.stringify([connection, subject]);
    const known = emails.read(key);
    if (known !== undefined) return known;
    const found = connectionOf(connection);
    if (found === undefined) throw new FaceError('profile_unavailable', { connection, reason: 'not configured' });
    const email = toEmail(await found.profile.readAccount(subject).catch(nullIfUnknown), found.profile);
    emails.write(key, email);
    return email;
  };
}

const toEmail = (account: Account | null, { loginIsName }: Pick<Profile, 'loginIsName'>): string | null =>
  (loginIsName ? null : readPlainEmail(account?.login ?? null)) ?? readPlainEmail(account?.email ?? null);
