import type { QueueShare } from '../../core/fair-queue.js';
import {
  type EnrolRequest,
  type Keys,
  livenessBoundary,
  type Random,
  type Score,
  type Sealed,
  type SearchMatch,
  type SearchRequest,
  type Verdict,
  type Verifier,
  type VerifyRequest,
} from '../../core/ports.js';
import type { Embedding, Photo } from '../../core/secrets.js';
import { FaceError, isOneOf, type PhotoCode, photoCodes, toCode } from '../../errors.js';
import { type Engine, examineOnce, type FaceAnalysis, type Signal, wipeFaceAnalysis } from '../engine/engine.js';
import type { Stretch } from '../token/derive.js';
import { mostPhotos, parseToken } from '../token/format.js';
import { createFv1, type OpenedToken, type SealRequest } from '../token/fv1.js';
import type { EngineParameters, Parameters } from '../token/parameters.js';
import { areOfOnePerson, checkPhotoCount, cosineOf, meanOf, outliersOf, toScore, withCentred } from './embeddings.js';
import { livenessOf, qualityOf, qualitySignals } from './screening.js';
import { promisedFalsePositives, readRoster, searchRoster } from './search.js';

/** Photos to renew a token: as many as for a strong enrolment. */
const photosToRenew = 3;

/** Photos examined at once, limited so that a large comparison does not fill the engine's queue. */
const photosInWork = mostPhotos;

/** Signals of a check. Liveness is examined only if required. */
export const checkedSignals: readonly Signal[] = ['embedding', 'liveness'];

interface SeenFace {
  readonly embedding: Embedding;
  /**
   * Returns true if all photos show one person, by the threshold for enrolments (`enrolled`) or for checks (`shown`).
   */
  isOnePerson(when: keyof EngineParameters['alikeCosines']): boolean;
  readonly magnitude: number;
}

interface Probe {
  by(engine: EngineParameters): SeenFace;
  readonly photos: number;
  /** `null` unless required. */
  readonly liveness: number | null;
}

interface Check {
  readonly opened: OpenedToken | null;
  readonly liveness: number | null;
  readonly renewed: Sealed | null;
}

function present<T>(signal: T | null): T {
  if (signal === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return signal;
}

function wipeIfSeen(seen: FaceAnalysis | PhotoCode | undefined): void {
  if (seen !== undefined && typeof seen !== 'string') wipeFaceAnalysis(seen);
}

function describedBy(examination: FaceAnalysis, { recogniser }: EngineParameters) {
  if (recogniser === null)
    return { embedding: present(examination.embedding), magnitude: present(examination.magnitude) };
  return present(examination.own.find((each) => each.recogniser === recogniser) ?? null);
}

/** Creates the verifier of this process: the engine describes the face, FV1 seals it. */
export function createEmbeddedVerifier(deps: {
  readonly engine: Engine;
  readonly parameters: Parameters;
  readonly keys: Keys;
  readonly random: Random;
  /** Argon2id. It must have the published cost, except in tests. */
  readonly stretch: Stretch;
}): Verifier {
  const { engine } = deps;
  const { current, engines } = deps.parameters;
  const { levels } = current;
  const fv1 = createFv1(deps);

  /** Examines all photos. If photos are refused, the first refusal is thrown, and the rest is skipped. */
  async function examineAll<Seen extends FaceAnalysis | PhotoCode>(
    photos: readonly Photo[],
    examine: (photo: Photo) => Promise<Seen>,
  ): Promise<Seen[]> {
    const examined: Seen[] = [];
    const refusals: unknown[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < photos.length && refusals.length === 0) {
        const index = next;
        next += 1;
        try {
          examined[index] = await examine(photos[index]);
        } catch (error) {
          refusals[index] = error;
        }
      }
    };
    await Promise.all(Array.from({ length: photosInWork }, work));
    const first = refusals.findIndex((refusal) => refusal !== undefined);
    if (first === -1) return examined;
    examined.forEach(wipeIfSeen);
    throw refusals[first];
  }

  async function withExamined<T>(
    photos: readonly Photo[],
    signals: readonly Signal[],
    share: QueueShare,
    work: (examined: readonly FaceAnalysis[]) => T | Promise<T>,
  ): Promise<T> {
    const wanted: readonly Signal[] = ['embedding', ...signals];
    const examined = await examineAll(photos, (photo) => examineOnce(engine, photo, wanted, share));
    try {
      return await work(examined);
    } finally {
      examined.forEach(wipeFaceAnalysis);
    }
  }

  /** @param needed - photos that must be usable; a refusal of one is thrown */
  async function withEmbeddings<T>(
    photos: readonly Photo[],
    { needed, share }: { readonly needed: readonly Photo[]; readonly share: QueueShare },
    work: (embeddings: readonly (Embedding | PhotoCode)[]) => T,
  ): Promise<T> {
    const examined = await examineAll<FaceAnalysis | PhotoCode>(photos, (photo) =>
      examineOnce(engine, photo, ['embedding'], share).catch((error: unknown) => {
        const code = toCode(error);
        if (needed.includes(photo) || !isOneOf(photoCodes, code)) throw error;
        return code;
      }),
    );
    try {
      return work(examined.map((each) => (typeof each === 'string' ? each : describedBy(each, current).embedding)));
    } finally {
      examined.forEach(wipeIfSeen);
    }
  }

  async function withProbe<T>(
    photos: readonly Photo[],
    measureLiveness: boolean,
    share: QueueShare,
    work: (probe: Probe) => Promise<T>,
  ): Promise<T> {
    return withExamined(photos, measureLiveness ? ['liveness'] : [], share, async (examined) => {
      const means: Embedding[] = [];
      const by = (engine: EngineParameters): SeenFace => {
        const described = examined.map((each) => describedBy(each, engine));
        const embeddings = described.map(({ embedding }) => embedding);
        const embedding = meanOf(embeddings);
        means.push(embedding);
        return {
          embedding,
          isOnePerson: (when) => areOfOnePerson(embeddings, engine, when),
          magnitude: Math.max(...described.map(({ magnitude }) => magnitude)),
        };
      };
      const liveness = measureLiveness ? Math.min(...examined.map((each) => present(each.liveness))) : null;
      try {
        return await work({ by, photos: photos.length, liveness });
      } finally {
        for (const mean of means) mean.wipe();
      }
    });
  }

  /**
   * Renews a token after a match if its photos could be enrolled. Failures are ignored, because the old token remains
   * valid.
   */
  async function renew(
    { embedding, isOnePerson, magnitude }: SeenFace,
    { photos, ...sealed }: Omit<SealRequest, 'embedding'>,
  ): Promise<Sealed | null> {
    const { isOffered, leastPhotos } = levels[sealed.binding.accuracy];
    const isEnough = photos >= Math.max(photosToRenew, leastPhotos) && magnitude >= current.leastClearness;
    if (!isOffered || !isEnough || !isOnePerson('enrolled')) return null;
    return fv1.seal({ embedding, photos, ...sealed }).catch((error: unknown) => {
      if (error instanceof FaceError) return null;
      throw error;
    });
  }

  async function checkToken(request: VerifyRequest): Promise<Check> {
    const { photos, token, binding, secret, share } = request;
    checkPhotoCount(photos);
    const { expiresAt, engine: id } =
      token === null ? { expiresAt: null, engine: current.id } : parseToken(token).fields;
    const engine = engines.get(id) ?? current;
    // In parallel to the engine, because key service or Argon2id take as long as a photo.
    const unlocking = fv1.unlock(request);
    const settled = unlocking.catch(() => null);
    try {
      return await withProbe(photos, request.requireLiveness, share, async ({ by, photos: count, liveness }) => {
        const face = by(engine);
        const newest = by(current);
        const unlocked = await unlocking;
        // Photos of two people never match, or an attacker could combine a stolen photo with their own live face. The
        // same applies to photos that are not live. In both cases the same work is done.
        const isJudgedLive = (await request.judgedLive) ?? true;
        const isLive = isJudgedLive && (liveness === null || liveness >= livenessBoundary);
        const opened = await unlocked.open(face.isOnePerson('shown') && isLive ? face.embedding : null);
        const isStale = request.allowRenewal && opened?.stale === true;
        const renewed = isStale ? await renew(newest, { photos: count, binding, secret, expiresAt, share }) : null;
        return { opened, liveness, renewed };
      });
    } finally {
      (await settled)?.wipe();
    }
  }

  async function enrol({ photos, binding, secret, expiresAt, share }: EnrolRequest): Promise<Sealed> {
    checkPhotoCount(photos);
    const { leastPhotos, isOffered } = levels[binding.accuracy];
    if (!isOffered) throw new FaceError('accuracy_not_offered');
    if (photos.length < leastPhotos) throw new FaceError('photo_too_few');
    return withProbe(photos, false, share, async ({ by, photos: count }) => {
      const { embedding, isOnePerson, magnitude } = by(current);
      if (!isOnePerson('enrolled')) throw new FaceError('face_mismatch');
      if (magnitude < current.leastClearness) throw new FaceError('face_unclear');
      return fv1.seal({ embedding, photos: count, binding, secret, expiresAt, share });
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
    return withProbe(photos, requireLiveness, share, async ({ by, liveness }) => {
      const isLive = liveness === null || liveness >= livenessBoundary;
      const seen = new Map(roster.map(({ engine: each }) => [each, by(each)]));
      const faceOf = (each: EngineParameters) => {
        const face = seen.get(each);
        return isLive && face?.isOnePerson('shown') === true ? face.embedding : null;
      };
      return { positions: await searchRoster(roster, { binding, share }, faceOf, fv1), falsePositiveRate };
    });
  }

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
    match: (probe, references, accuracy, share) =>
      withEmbeddings([probe, ...references], { needed: [probe], share }, ([live, ...others]) =>
        others.map((other) => {
          if (typeof live === 'string') throw new FaceError(live);
          if (typeof other === 'string') return { score: null, match: false, code: other };
          const cosine = withCentred([live, other], current.centre, ([one, another]) => cosineOf(one, another));
          return { score: toScore(cosine), match: cosine >= levels[accuracy].cosine };
        }),
      ),
    consistency: (photos, accuracy, share) =>
      withEmbeddings(photos, { needed: [], share }, (found) => {
        const unusable = found.flatMap((each, index) => (typeof each === 'string' ? [{ index, code: each }] : []));
        const usable = found.flatMap((each, index) => (typeof each === 'string' ? [] : [{ index, embedding: each }]));
        const outliers = withCentred(
          usable.map(({ embedding }) => embedding),
          current.centre,
          (centred) => outliersOf(centred, levels[accuracy].cosine),
        ).map((at) => usable[at].index);
        return { consistent: outliers.length + unusable.length === 0, outliers, unusable };
      }),
    detect: (photo, share) => engine.detect(photo, share),
    quality: async (photo, share) => qualityOf(await engine.examine(photo, qualitySignals, share)),
    liveness: async (photo, share) => livenessOf(await examineOnce(engine, photo, ['liveness'], share)),
    close: () => engine.close(),
  };
}
