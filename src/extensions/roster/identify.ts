import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { consumeLimit } from '../../core/limits/limits.js';
import type { ReadToken, SearchRequest } from '../../core/ports.js';
import type { SealedToken } from '../../core/secrets.js';
import { isDenied, isExpired } from '../../enrolment/deny-list.js';
import { claimPhotos, compareWithEarlier, holderOf } from '../../enrolment/earlier-frames.js';
import { FaceError, toCode } from '../../errors.js';

export const mostTokens = 500;

/**
 * Maximum false positive identification rate. It allows 500 tokens of the strictest level. For other levels, the sum of
 * the tokens' false accept rates must not exceed it.
 */
export const greatestFalsePositiveRate = 1 / 400;

/** Every token must be bound to the context of `binding`, whose tenant is rate-limited. */
export interface IdentifyRequest extends Pick<SearchRequest, 'photos' | 'tokens' | 'binding' | 'share'> {
  /** True to refuse copies of photos by which the person was identified or checked before. */
  readonly refusesCopies: boolean;
}

const position = z
  .int()
  .min(0)
  .max(mostTokens - 1);

/** Result of a biometric identification (ISO/IEC 2382-37). Positions of tokens start at 0. */
export const identificationReply = z.strictObject({
  outcome: z.enum(['identified', 'nobody', 'ambiguous']),
  position: position.nullable().describe('Position of the one token that matches; `null` unless identified.'),
  alike: z
    .array(position)
    .describe(
      'Positions of the matching tokens if the result is ambiguous: one person twice, or people who look alike.',
    ),
  unusable: z.array(position).describe('Positions of tokens that have expired, or whose key was retired.'),
  falsePositiveRate: z
    .number()
    .describe('Upper bound of the false positive identification rate, as the accuracy of the tokens guarantees.'),
});
type Identification = z.output<typeof identificationReply>;

/**
 * Identifies a live face among at most `mostTokens` tokens.
 * @throws `roster_malformed` for no tokens, too many or duplicates; `roster_too_large` for more than their level
 * allows; `token_malformed`, `locked_out`, `photo_replayed`, `overloaded`, the codes of `Verifier`; `not_found` with a remote verifier
 */
export async function identify(
  { photos, tokens, binding, share, refusesCopies }: IdentifyRequest,
  deps: Ports<'state' | 'clock' | 'audit' | 'verifier' | 'settings' | 'keys' | 'analysisCache'>,
): Promise<Identification> {
  const note = (
    outcome: Identification['outcome'] | 'refused',
    about: { readonly tokenId?: string; readonly code?: string } = {},
  ) =>
    deps.audit.append({
      action: 'roster_searched',
      connection: binding.tenant,
      subject: '',
      detail: { tokens: tokens.length, outcome, tokenId: about.tokenId ?? null, code: about.code ?? null },
    });
  try {
    const read = readTokens(tokens, deps);
    await consumeLimit('identifications', binding.tenant, deps);
    const isUsable = await Promise.all(read.map((each) => canOpen(each, deps)));
    const usable = read.flatMap(({ token, tokenId }, position) =>
      isUsable[position] ? [{ token, tokenId, position }] : [],
    );
    const { positions, falsePositiveRate } = await deps.verifier.search({
      photos,
      binding,
      greatestFalsePositiveRate,
      share,
      tokens: usable.map(({ token }) => token),
      requireLiveness: true,
    });
    // The deny list is read last, so that a revocation takes effect at once.
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
    if (refusesCopies) {
      const who = holderOf(only.tokenId);
      const compared = await compareWithEarlier(who, photos, share, deps);
      await claimPhotos(who, { compared, remembers: true }, deps);
    }
    await note('identified', { tokenId: only.tokenId });
    return { ...common, outcome: 'identified', position: only.position, alike: [] };
  } catch (error) {
    await note('refused', { code: toCode(error) });
    throw error;
  }
}

function readTokens(tokens: readonly SealedToken[], { verifier }: Ports<'verifier'>): readonly ReadToken[] {
  if (tokens.length === 0 || tokens.length > mostTokens)
    throw new FaceError('roster_malformed', { tokens: tokens.length });
  const read = tokens.map((token) => verifier.identify(token));
  const ids = new Set(read.map(({ tokenId }) => tokenId));
  if (ids.size < read.length) throw new FaceError('roster_malformed', { problem: 'repeated' });
  return read;
}

/**
 * Returns true if a token can be opened at all. The result does not depend on the face, so it reveals nothing about the
 * face.
 */
async function canOpen(token: ReadToken, deps: Ports<'clock' | 'verifier'>): Promise<boolean> {
  return !isExpired(token, deps) && (await deps.verifier.holdsKeyOf({ keyVersion: token.keyVersion }));
}
