import { type Embedding, type Photo, wipingPhotos } from '../core/concealed.js';
import {
  type Accuracy,
  type EnrolRequest,
  type Keys,
  livenessBoundary,
  type Random,
  type Score,
  type Sealed,
  type Verdict,
  type Verifier,
  type VerifyRequest,
} from '../core/ports.js';
import type { Engine, Examination, Signal } from '../engine/engine.js';
import { isWithin, qualityBounds } from '../engine/quality-bounds.js';
import { FaceError } from '../errors.js';
import { mostPhotos, parseToken, tokenIdOf } from '../token/format.js';
import { createFv1, type Opened } from '../token/fv1.js';
import { currentOf, type Parameters } from '../token/parameters.js';
import { createStretch, publishedCost } from '../token/stretch.js';
import { cosineOf, meanOf, outliersOf, toScore } from './embeddings.js';
import { checkPhotoCount } from './photo-count.js';
import { livenessOf, qualityOf, qualitySignals } from './screening.js';

/** A token is only sealed anew from as many photos as make a strong enrolment. */
const photosToRenew = 3;

/**
 * How alike the photos of one check must be. Of 320 threes of photos of one person 1 fails this, and 15 what enrolment
 * demands at level 4 (`npm run eval -- --json`, `refusedEnrolments`): a check must not become stricter by taking more photos.
 */
const alikeToCheck: Accuracy = 1;

/** Photos of one request in the engine at once: a comparison of a hundred does not fill its queue against others. */
const photosInWork = mostPhotos;

/** The live face of a request. */
interface Probe {
  /** The normalised mean of all photos. */
  readonly embedding: Embedding;
  readonly photos: number;
  /** Whether all photos show one person. */
  readonly isOnePerson: boolean;
  /** Of the clearest photo: how clearly the engine saw the face. */
  readonly magnitude: number;
  /** The least of the photos; `null` unless asked for. */
  readonly liveness: number | null;
}

/** A token opened by a probe, or not. */
interface Check {
  readonly opened: Opened | null;
  readonly liveness: number | null;
  readonly renewed: Sealed | null;
}

function present<T>(signal: T | null): T {
  if (signal === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return signal;
}

/**
 * The verifier that does the work in this process: the engine finds and describes the face, FV1 seals it.
 * It closes the engine with itself.
 */
export function createEmbeddedVerifier(deps: {
  readonly engine: Engine;
  readonly parameters: Parameters;
  readonly keys: Keys;
  readonly random: Random;
}): Verifier {
  const { engine } = deps;
  const { levels } = currentOf(deps.parameters);
  const fv1 = createFv1({ ...deps, stretch: createStretch(publishedCost) });

  /** All photos, several at once; of several refusals the first in order is told, and what comes later is left out. */
  async function examineAll(photos: readonly Photo[], signals: readonly Signal[]): Promise<Examination[]> {
    const examined: Examination[] = [];
    const refusals: unknown[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < photos.length && refusals.length === 0) {
        const index = next;
        next += 1;
        try {
          examined[index] = await engine.examine(photos[index], signals);
        } catch (error) {
          refusals[index] = error;
        }
      }
    };
    await Promise.all(Array.from({ length: photosInWork }, work));
    const first = refusals.findIndex((refusal) => refusal !== undefined);
    if (first === -1) return examined;
    for (const each of examined) each?.embedding?.wipe();
    throw refusals[first];
  }

  /** Hands the embeddings to `work` and overwrites them after it. */
  async function withEmbeddings<T>(
    photos: readonly Photo[],
    signals: readonly Signal[],
    work: (embeddings: readonly Embedding[], examined: readonly Examination[]) => T | Promise<T>,
  ): Promise<T> {
    const examined = await examineAll(photos, ['embedding', ...signals]);
    const embeddings = examined.map(({ embedding }) => present(embedding));
    try {
      return await work(embeddings, examined);
    } finally {
      for (const embedding of embeddings) embedding.wipe();
    }
  }

  async function withProbe<T>(
    photos: readonly Photo[],
    alike: Accuracy,
    measureLiveness: boolean,
    work: (probe: Probe) => Promise<T>,
  ): Promise<T> {
    return withEmbeddings(photos, measureLiveness ? ['liveness'] : [], async (embeddings, examined) => {
      const embedding = meanOf(embeddings);
      const isOnePerson = outliersOf(embeddings, levels[alike].cosine).length === 0;
      const magnitude = Math.max(...examined.map((each) => present(each.magnitude)));
      const liveness = measureLiveness ? Math.min(...examined.map((each) => present(each.liveness))) : null;
      try {
        return await work({ embedding, photos: photos.length, isOnePerson, magnitude, liveness });
      } finally {
        embedding.wipe();
      }
    });
  }

  async function checkToken(request: VerifyRequest): Promise<Check> {
    const { photos, token, binding, secret } = request;
    checkPhotoCount(photos);
    const expiresAt = token === null ? null : parseToken(token).expiresAt;
    // Beside the engine's work: a key service or the secret's Argon2id takes as long as a photo.
    const unlocking = fv1.unlock(request);
    const settled = unlocking.catch(() => null);
    try {
      return await withProbe(photos, alikeToCheck, request.requireLiveness, async (probe) => {
        const { embedding, isOnePerson, liveness } = probe;
        const unlocked = await unlocking;
        // Somebody's photo beside the attacker's own live face would pass for both: such photos are nobody's. So are those
        // that do not look alive: a printed photo of the right person takes the time of any other.
        const isJudgedLive = (await request.judgedLive) ?? true;
        const isLive = isJudgedLive && (liveness === null || liveness >= livenessBoundary);
        const opened = await unlocked.open(isOnePerson && isLive ? embedding : null);
        const renews = request.allowRenewal && opened?.stale === true && probe.photos >= photosToRenew;
        const renewed = renews ? await fv1.seal({ embedding, photos: probe.photos, binding, secret, expiresAt }) : null;
        return { opened, liveness, renewed };
      });
    } finally {
      (await settled)?.wipe();
    }
  }

  async function enrol({ photos, binding, secret, expiresAt }: EnrolRequest): Promise<Sealed> {
    checkPhotoCount(photos);
    if (photos.length < levels[binding.accuracy].leastPhotos) throw new FaceError('photo_too_few');
    return withProbe(photos, binding.accuracy, false, async (probe) => {
      if (!probe.isOnePerson) throw new FaceError('face_mismatch');
      if (!isWithin(qualityBounds.magnitude, probe.magnitude)) throw new FaceError('face_unclear');
      return fv1.seal({ embedding: probe.embedding, photos: probe.photos, binding, secret, expiresAt });
    });
  }

  async function verify(request: VerifyRequest): Promise<Verdict> {
    const { opened, liveness, renewed } = await checkToken(request);
    return { matched: opened !== null, contentKey: opened?.contentKey ?? null, liveness, renewed };
  }

  async function score(request: VerifyRequest): Promise<Score> {
    const { opened } = await checkToken(request);
    opened?.contentKey.wipe();
    const threshold = levels[request.binding.accuracy].cosine;
    return { matched: opened !== null, score: opened === null ? null : toScore(opened.cosine), threshold };
  }

  return {
    kind: 'embedded',
    isReady: async () => engine.isReady(),
    identify: (token) => {
      const { expiresAt, keyVersion } = parseToken(token);
      return { tokenId: tokenIdOf(token), expiresAt, keyVersion };
    },
    holdsKeyOf: async ({ keyVersion }) => keyVersion === null || deps.keys.holds(keyVersion),
    enrol: (request) => wipingPhotos(request.photos, () => enrol(request)),
    verify: (request) => wipingPhotos(request.photos, () => verify(request)),
    score: (request) => wipingPhotos(request.photos, () => score(request)),
    match: (probe, references, accuracy) =>
      wipingPhotos([probe, ...references], () =>
        withEmbeddings([probe, ...references], [], ([live, ...others]) =>
          others.map((other) => {
            const cosine = cosineOf(live, other);
            return { score: toScore(cosine), match: cosine >= levels[accuracy].cosine };
          }),
        ),
      ),
    consistency: (photos, accuracy) =>
      wipingPhotos(photos, () =>
        withEmbeddings(photos, [], (embeddings) => {
          const outliers = outliersOf(embeddings, levels[accuracy].cosine);
          return { consistent: outliers.length === 0, outliers };
        }),
      ),
    detect: (photo) => wipingPhotos([photo], () => engine.detect(photo)),
    quality: (photo) => wipingPhotos([photo], async () => qualityOf(await engine.examine(photo, qualitySignals))),
    liveness: (photo) => wipingPhotos([photo], async () => livenessOf(await engine.examine(photo, ['liveness']))),
    close: () => engine.close(),
  };
}
