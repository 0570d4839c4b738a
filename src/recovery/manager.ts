import type { ConnectedSubject } from '../core/connection.js';
import type { Account } from '../core/ports.js';
import { nullIfUnknown } from '../errors.js';
import { recoveryAt } from './record.js';

/** Returns the manager whom the directory names, or `null`. @throws `profile_unavailable` */
export async function findManager({ connection, subject }: ConnectedSubject): Promise<Account | null> {
  const { profile } = connection;
  const { managerClaim } = recoveryAt(connection).policy;
  if (managerClaim === null) return (await profile.findManager?.(subject)) ?? null;
  const claims = await profile.readClaims(subject, [managerClaim]);
  const named = claims.use((found) => found[managerClaim]);
  if (typeof named !== 'string' || named === '') return null;
  const byLogin = await profile.findAccount(named);
  if (byLogin !== null) return byLogin;
  const byId = await profile.readAccount(named).catch(nullIfUnknown);
  // Some providers also find users by login.
  return byId?.subject === named ? byId : null;
}
