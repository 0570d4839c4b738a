import {
  type EnrolRequest,
  livenessBoundary,
  type Score,
  type Sealed,
  type SearchMatch,
  type SearchRequest,
  type Verdict,
  type Verifier,
  type VerifyRequest,
} from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { type Engine, examineOnce } from '../engine/engine.js';
import { parseToken } from '../token/format.js';
import { createFv1, type Fv1, type Fv1Deps, type OpenedToken, type SealRequest } from '../token/fv1.js';
import type { EngineParameters } from '../token/parameters.js';
import { checkPhotoCount, cosineOf, distinctPhotos, outliersOf, toScore, withCentred } from './embeddings.js';
import { type SeenFace, withEmbeddings, withProbe } from './examine.js';
import { livenessOf, qualityOf, qualitySignals } from './screening.js';
import { promisedFalsePositives, readRoster, searchRoster } from './search.js';

/** Photos to renew a token: as many as for a strong enrolment. */
const photosToRenew = 3;

interface Check {
  readonly opened: OpenedToken | null;
  readonly liveness: number | null;
  readonly renewed: Sealed | null;
}

/**
 * Renews a token after a match if its photos could be enrolled. Failures are ignored, because the old token remains
 * valid.
 */
async function renew(
  { embedding, isOnePerson, isClear }: SeenFace,
  { photos, ...sealed }: Omit<SealRequest, 'embedding'>,
  { fv1, current }: { readonly fv1: Fv1; readonly current: EngineParameters },
): Promise<Sealed | null> {
  const { isOffered, leastPhotos } = current.levels[sealed.binding.accuracy];
  const isEnough = photos >= Math.max(photosToRenew, leastPhotos) && isClear;
  if (!isOffered || !isEnough || !isOnePerson('enrolled')) return null;
  return fv1.seal({ embedding, photos, ...sealed }).catch((error: unknown) => {
    if (error instanceof FaceError) return null;
    throw error;
  });
}

/** Creates the verifier of this process: the engine describes the face, FV1 seals it. */
export function createEmbeddedVerifier(deps: Fv1Deps & { readonly engine: Engine }): Verifier {
  const { engine } = deps;
  const { current, engines } = deps.parameters;
  const { levels } = current;
  const fv1 = createFv1(deps);

  async function checkToken(request: VerifyRequest): Promise<Check> {
    const { token, binding, secret, share } = request;
    checkPhotoCount(request.photos);
    const photos = distinctPhotos(request.photos);
    const { expiresAt, engine: id } =
      token === null ? { expiresAt: null, engine: current.id } : parseToken(token).fields;
    const parameters = engines.get(id) ?? current;
    // In parallel to the engine, because key service or Argon2id take as long as a photo.
    const unlocking = fv1.unlock(request);
    const settled = unlocking.catch(() => null);
    try {
      return await withProbe(
        photos,
        { engine, share, measureLiveness: request.requireLiveness },
        async ({ by, photos: count, liveness }) => {
          const face = by(parameters);
          const newest = by(current);
          const unlocked = await unlocking;
          // Photos of two people never match, or an attacker could combine a stolen photo with their own live face. The
          // same applies to photos that are not live. In both cases the same work is done.
          const isJudgedLive = (await request.judgedLive) ?? true;
          const isLive = isJudgedLive && (liveness === null || liveness >= livenessBoundary);
          const opened = await unlocked.open(face.isOnePerson('shown') && isLive ? face.embedding : null);
          if (opened === null && !newest.isClear) throw new FaceError('face_unclear');
          const isStale = request.allowRenewal && opened?.stale === true;
          const renewed = isStale
            ? await renew(newest, { photos: count, binding, secret, expiresAt, share }, { fv1, current })
            : null;
          return { opened, liveness, renewed };
        },
      );
    } finally {
      (await settled)?.wipe();
    }
  }

  async function enrol(request: EnrolRequest): Promise<Sealed> {
    const { binding, secret, expiresAt, allowFewPhotos, share } = request;
    checkPhotoCount(request.photos);
    const photos = distinctPhotos(request.photos);
    const { leastPhotos, isOffered } = levels[binding.accuracy];
    if (!isOffered) throw new FaceError('accuracy_not_offered');
    const hasFewPhotos = photos.length < leastPhotos;
    if (hasFewPhotos && allowFewPhotos !== true) throw new FaceError('photo_too_few');
    return withProbe(photos, { engine, share, measureLiveness: false }, async ({ by, photos: count }) => {
      const { embedding, isOnePerson, isClear } = by(current);
      if (!isOnePerson('enrolled')) throw new FaceError('face_mismatch');
      if (!isClear) throw new FaceError('face_unclear');
      const sealed = await fv1.seal({ embedding, photos: count, binding, secret, expiresAt, share });
      return hasFewPhotos ? { ...sealed, hasFewPhotos } : sealed;
    });
  }

  async function verify(request: VerifyRequest): Promise<Verdict> {
    const { opened, liveness, renewed } = await checkToken(request);
    return { matched: opened !== null, liveness, renewed };
  }

  async function score(request: VerifyRequest): Promise<Score> {
    const { opened } = await checkToken(request);
    const threshold = levels[request.binding.accuracy].cosine;
    return { matched: opened !== null, score: opened === null ? null : toScore(opened.cosine), threshold };
  }

  async function search(request: SearchRequest): Promise<SearchMatch> {
    const { photos, tokens, binding, requireLiveness, share } = request;
    checkPhotoCount(photos);
    const roster = readRoster(tokens, deps.parameters);
    const falsePositiveRate = promisedFalsePositives(roster, binding);
    if (falsePositiveRate > request.greatestFalsePositiveRate)
      throw new FaceError('roster_too_large', { tokens: tokens.length, accuracy: binding.accuracy });
    return withProbe(photos, { engine, share, measureLiveness: requireLiveness }, async ({ by, liveness }) => {
      const isLive = liveness === null || liveness >= livenessBoundary;
      const seen = new Map(roster.map(({ engine: each }) => [each, by(each)]));
      const faceOf = (each: EngineParameters) => {
        const face = seen.get(each);
        return isLive && face?.isOnePerson('shown') === true ? face.embedding : null;
      };
      return { positions: await searchRoster(roster, { binding, share }, faceOf, fv1), falsePositiveRate };
    });
  }

  const match: Verifier['match'] = (probe, references, accuracy, share) => {
    const terms = { engine, share, needed: [probe], parameters: current };
    return withEmbeddings([probe, ...references], terms, ([live, ...others]) =>
      others.map((other) => {
        if (typeof live === 'string') throw new FaceError(live);
        if (typeof other === 'string') return { score: null, match: false, code: other };
        const cosine = withCentred([live, other], current.centre, ([one, another]) => cosineOf(one, another));
        return { score: toScore(cosine), match: cosine >= levels[accuracy].cosine };
      }),
    );
  };

  const consistency: Verifier['consistency'] = (photos, accuracy, share) =>
    withEmbeddings(photos, { engine, share, needed: [], parameters: current }, (found) => {
      const unusable = found.flatMap((each, index) => (typeof each === 'string' ? [{ index, code: each }] : []));
      const usable = found.flatMap((each, index) => (typeof each === 'string' ? [] : [{ index, embedding: each }]));
      const outliers = withCentred(
        usable.map(({ embedding }) => embedding),
        current.centre,
        (centred) => outliersOf(centred, levels[accuracy].cosine),
      ).map((at) => usable[at].index);
      return { consistent: outliers.length + unusable.length === 0, outliers, unusable };
    });

  return {
    kind: 'embedded',
    isReady: async () => engine.isReady(),
    identify: (token) => {
      const parsed = parseToken(token);
      const { expiresAt, keyVersion } = parsed.fields;
      return { token: parsed, tokenId: parsed.tokenId, expiresAt, keyVersion };
    },
    holdsKeyOf: async ({ keyVersion }) => keyVersion === null || deps.keys.holds(keyVersion),
    enrol,
    verify,
    score,
    search,
    match,
    consistency,
    detect: (photo, share) => engine.detect(photo, share),
    quality: async (photo, share) => qualityOf(await engine.examine(photo, qualitySignals, share)),
    liveness: async (photo, share) => livenessOf(await examineOnce(engine, photo, ['liveness'], share)),
    close: () => engine.close(),
  };
}
