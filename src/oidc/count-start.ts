import type { Connection } from '../core/connection.js';
import { type CountDeps, countAgainst, countAgainstSource } from '../core/limits.js';

/**
 * Counts a sign-in that somebody starts whom nobody vouches for, before anything is looked up or kept for it: by where they
 * come from, then of the connection in all.
 * @param source - as the limits count
 * @throws FaceError `locked_out`, `state_unavailable`
 */
export async function countStart(
  source: string,
  deps: CountDeps & { readonly connection: Pick<Connection, 'id'> },
): Promise<void> {
  await countAgainstSource('outsiderStarts', source, deps);
  await countAgainst('outsiderStartsOfConnection', deps.connection.id, deps);
}
