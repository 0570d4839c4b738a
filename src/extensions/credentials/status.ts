import { deflateSync } from 'node:zlib';
import type { Connection } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, toEpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { readStatusList } from './status-lists.js';

/** Seconds for which verifiers may cache a list. */
export const statusTtlSec = 300;

const lifeSec = 3600;

/** Seconds for which a signed list is reused, because anyone may request lists and signatures are expensive. */
const signedForSec = 60;

export const statusAddressOf = (issuer: string, list: string): string => `${issuer}/status/${list}`;

interface StatusIssuer {
  readonly issuer: string;
  readonly connection: Connection;
}

/** Creates the signed status lists of all connections (Token Status List, section 5.1). */
export function createStatusLists(deps: Ports<'state' | 'clock' | 'signer'>) {
  const signed = new Map<string, { readonly revision: number; readonly until: EpochMs; readonly jws: string }>();

  /** @throws `not_found`, also if the store has lost the list */
  return async ({ issuer, connection }: StatusIssuer, list: string): Promise<string> => {
    const found = await readStatusList(connection.id, list, deps);
    if (found === null) throw new FaceError('not_found');
    const now = deps.clock.now();
    const kept = signed.get(`${connection.id}:${list}`);
    if (kept !== undefined && kept.revision === found.revision && kept.until > now) return kept.jws;
    const jws = await deps.signer.sign('statuslist+jwt', {
      sub: statusAddressOf(issuer, list),
      iat: toEpochSec(now),
      exp: toEpochSec(addSec(now, lifeSec)),
      ttl: statusTtlSec,
      status_list: { bits: 1, lst: deflateSync(found.ended, { level: 9 }).toString('base64url') },
    });
    signed.set(`${connection.id}:${list}`, { revision: found.revision, until: addSec(now, signedForSec), jws });
    return jws;
  };
}
