import { FaceError, toCode } from '../errors.js';
import type { Photo, SealedToken } from './concealed.js';
import type { CoreDeps } from './deps.js';
import { isDenied } from './enrolment/deny-list.js';
import { countAgainst } from './limits/limits.js';
import type { Binding, ReadToken } from './ports.js';
import type { QueueShare } from './queue-share.js';
import { toEpochMs } from './units.js';

/** More are not a roster but a database. */
export const mostTokens = 500;

/**
 * How often a stranger may be taken for somebody of a roster: one in four hundred. So the strictest level carries 500 tokens, and
 * every other one so many that their false match rates add up to no more.
 */
export const greatestFalsePositiveRate = 1 / 400;

export interface IdentifyRequest {
  /** 1 to 5 photos of one person. */
  readonly photos: readonly Photo[];
  readonly tokens: readonly SealedToken[];
  /** Of every token; its tenant is counted. */
  readonly binding: Binding;
  readonly share: QueueShare;
}

/** Who somebody is, of those on a roster (ISO/IEC 2382-37: biometric identification). Positions are from 0. */
export interface Identification {
  /** `ambiguous`: more than one token matches, and nobody is chosen. */
  readonly outcome: 'identified' | 'nobody' | 'ambiguous';
  /** Of the one token that matches; `null` unless `identified`. */
  readonly position: number | null;
  /** Of those that match where it is `ambiguous`, ascending: one person twice, or people who look alike. */
  readonly alike: readonly number[];
  /** Of tokens that nobody can be found by any more: expired, or their key is gone. */
  readonly unusable: readonly number[];
  /** How often a stranger is found at most, as the levels of the tokens promise: 0 to 1. */
  readonly falsePositiveRate: number;
}

/**
 * Finds out whose face it is, of at most `mostTokens`. The face has to look alive. It counts once for the tenant, whatever comes of it.
 * @throws FaceError `roster_malformed`: no token, too many, or one twice; `roster_too_large`: more than their level allows;
 *   `token_malformed`, `locked_out`, `overloaded`, the codes of `Verifier` for pictures, and `not_found` where another server does the checks
 */
export async function identify(
  { photos, tokens, binding, share }: IdentifyRequest,
  deps: CoreDeps,
): Promise<Identification> {
  const note = (
    outcome: Identification['outcome'] | 'refused',
    about: { readonly tokenId?: string; readonly code?: string } = {},
  ) =>
    deps.audit.append({
      ...{ action: 'roster_searched', connection: binding.tenant, subject: '' },
      detail: { tokens: tokens.length, outcome, tokenId: about.tokenId ?? null, code: about.code ?? null },
    });
  try {
    const read = readTokens(tokens, deps);
    await countAgainst('identifications', binding.tenant, deps);
    const isUsable = await Promise.all(read.map((each) => canOpen(each, deps)));
    const usable = read.flatMap(({ token, tokenId }, position) =>
      isUsable[position] ? [{ token, tokenId, position }] : [],
    );
    const { positions, falsePositiveRate } = await deps.verifier.search({
      ...{ photos, binding, greatestFalsePositiveRate, share },
      tokens: usable.map(({ token }) => token),
      requireLiveness: true,
    });
    // Asked of the few that match, and last: from a revocation on nobody is found by the token.
    const found = positions.map((each) => usable[each]);
    const denied = await Promise.all(found.map(({ tokenId }) => isDenied(tokenId, deps)));
    const matching = found.filter((_, at) => !denied[at]);
    const unusable = isUsable.flatMap((each, position) => (each ? [] : [position]));
    const [only, ...others] = matching;
    const common = { unusable, falsePositiveRate };
    if (only === undefined) {
      await note('nobody');
      return { ...common, outcome: 'nobody', position: null, alike: [] };
    }
    if (others.length > 0) {
      await note('ambiguous');
      return { ...common, outcome: 'ambiguous', position: null, alike: matching.map(({ position }) => position) };
    }
    await note('identified', { tokenId: only.tokenId });
    return { ...common, outcome: 'identified', position: only.position, alike: [] };
  } catch (error) {
    await note('refused', { code: toCode(error) });
    throw error;
  }
}

/** @throws FaceError `roster_malformed`, `token_malformed` */
function readTokens(tokens: readonly SealedToken[], { verifier }: CoreDeps): readonly ReadToken[] {
  if (tokens.length === 0 || tokens.length > mostTokens)
    throw new FaceError('roster_malformed', { tokens: tokens.length });
  const read = tokens.map((token) => verifier.identify(token));
  const ids = new Set(read.map(({ tokenId }) => tokenId));
  if (ids.size < read.length) throw new FaceError('roster_malformed', { problem: 'repeated' });
  return read;
}

/** What can be told before any face: whoever holds the roster is told too. */
async function canOpen({ expiresAt, keyVersion }: ReadToken, { verifier, clock }: CoreDeps): Promise<boolean> {
  const isExpired = expiresAt !== null && toEpochMs(expiresAt) <= clock.now();
  return !isExpired && (await verifier.holdsKeyOf({ keyVersion }));
}
