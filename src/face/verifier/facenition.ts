import {
  type Accuracy,
  type EnrolRequest,
  type Liveness,
  livenessBoundary,
  type Screening,
  type Verifier,
  type VerifyRequest,
} from '../../core/ports.js';
import { type Photo, SealedToken } from '../../core/secrets.js';
import { type EpochSec, toEpochMs, toIso } from '../../core/units.js';
import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { checkPhotoCount, distinctPhotos } from './embeddings.js';
import { type ClientOptions, createFacenitionClient, type FormField } from './facenition-client.js';
import {
  authenticateReply,
  consistencyReply,
  detectReply,
  generateReply,
  matchBulkReply,
  matchReply,
  scoreReply,
  screeningReply,
} from './facenition-replies.js';
import { createDecoys, identifyToken, toBoundScope } from './facenition-token.js';

export const photosField = (photos: readonly Photo[]): FormField => ({ name: 'photo', photos });

// A missing value is omitted, because the service would accept an empty text as a value.
const optionalField = (name: string, text: string | null | undefined): FormField[] =>
  text === null || text === undefined ? [] : [{ name, text }];

// RFC 3339, because the service documents no format.
const expiryField = (expiresAt: EpochSec | null | undefined): FormField[] =>
  optionalField('expiry', expiresAt === null || expiresAt === undefined ? null : toIso(toEpochMs(expiresAt)));

const sharedFields = ({ binding, secret, photos }: Pick<EnrolRequest, 'binding' | 'secret' | 'photos'>) => [
  { name: 'scope', text: toBoundScope(binding) },
  { name: 'accuracy', text: String(binding.accuracy) },
  ...optionalField(
    'password',
    secret?.use((text) => text),
  ),
  photosField(distinctPhotos(photos)),
];

/** @throws `request_malformed` as `toBoundScope` */
export const enrolFields = (request: EnrolRequest): FormField[] => [
  ...expiryField(request.expiresAt),
  ...sharedFields(request),
];

/** @throws `request_malformed` as `toBoundScope` */
export const checkFields = (request: VerifyRequest, sent: SealedToken): FormField[] => [
  { name: 'token', text: sent.use((text) => text) },
  ...expiryField(request.expectedExpiresAt),
  ...sharedFields(request),
];

const livenessName = 'liveness';

const mayBeAboutDecoy = (code: FaceErrorCode): boolean => code.startsWith('token_') || code === 'request_malformed';

/**
 * Creates the verifier that calls a Facenition server. The scope binds tokens to users (`toBoundScope`). Content keys
 * and renewal are not supported.
 * @throws in addition to `Verifier`: `request_malformed` for a refusal without a reason, `body_too_large`,
 * `locked_out`, `token_expired`, `token_revoked`
 */
export function createFacenitionVerifier(options: ClientOptions): Verifier {
  const client = createFacenitionClient(options);
  const decoys = createDecoys(options.random);

  const screen = async (endpoint: 'quality' | 'liveness', photo: Photo, signal: AbortSignal): Promise<Screening> => {
    const { pass, reasons, measurements } = await client.call(endpoint, [photosField([photo])], screeningReply, signal);
    return { pass, reasons, measurements };
  };

  const leastLiveness = async (photos: readonly Photo[], signal: AbortSignal): Promise<number> => {
    const screenings = await allSettled(photos.map((photo) => screen('liveness', photo, signal)));
    return Math.min(...screenings.map(toLiveness));
  };

  /**
   * Verifies photos with a token, or with a decoy if the token is missing, has another expiry, or the photos are not
   * live. The service may report errors about the token at once, so they are thrown only after the same work with a
   * decoy.
   * @returns `null` if the photos do not match
   */
  const check = async <T>(
    request: VerifyRequest,
    send: (fields: readonly FormField[]) => Promise<T>,
    isLive = true,
  ): Promise<T | null> => {
    const { token } = request;
    const isOpenable = token !== null && isLive && hasExpectedExpiry(token, request);
    const sent = isOpenable ? token : decoys.draw(request.secret !== null);
    try {
      const reply = await send(checkFields(request, sent));
      if (!isOpenable) return null;
      decoys.learn(token);
      return reply;
    } catch (error) {
      const code = toCode(error);
      // An error about a decoy says nothing about the person.
      if (code === 'face_mismatch' || (!isOpenable && mayBeAboutDecoy(code))) return null;
      if (code.startsWith('token_')) await check({ ...request, token: null }, send);
      throw error;
    }
  };

  return {
    kind: 'facenition',
    isReady: client.isReady,
    identify: (token) => {
      const { token: read, tokenId, expiresAt } = identifyToken(token);
      return { token: read, tokenId, expiresAt, keyVersion: null };
    },
    holdsKeyOf: async () => true,
    close: client.close,

    async enrol(request) {
      const { photos, expiresAt } = request;
      checkPhotoCount(photos);
      const reply = await client.call('generate', enrolFields(request), generateReply, client.newDeadline());
      const token = new SealedToken(reply.token);
      const tokenId = checkSealed(token, request);
      return { token, tokenId, engine: reply.engine, expiresAt, photos: distinctPhotos(photos).length };
    },

    async verify(request) {
      checkRequest(request);
      // The local judge is awaited before the deadline begins, because its time must not count as slowness of the
      // service.
      const isJudgedLive = (await request.judgedLive) ?? true;
      const signal = client.newDeadline();
      // First, because this call is repeatable and not counted.
      const liveness = request.requireLiveness ? await leastLiveness(request.photos, signal) : null;
      const isLive = isJudgedLive && (liveness === null || liveness >= livenessBoundary);
      const send = (fields: readonly FormField[]) => client.call('authenticate', fields, authenticateReply, signal);
      const reply = await check(request, send, isLive);
      return { matched: reply?.authenticated ?? false, liveness, renewed: null };
    },

    async score(request) {
      checkRequest(request);
      // Threshold that is returned if the service refuses a decoy without stating one.
      let threshold = 1;
      const reply = await check(request, async (fields) => {
        const scored = await client.call('authenticate-score', fields, scoreReply, client.newDeadline());
        threshold = scored.threshold;
        return scored;
      });
      const matched = reply?.authenticated ?? false;
      // The score of a near miss is never revealed, even if the service returns it.
      const score = matched ? (reply?.score ?? null) : null;
      return { matched, score: score === null ? null : toTwoDecimals(score), threshold };
    },

    // Not supported, because the service compares and counts one token at a time.
    async search() {
      throw new FaceError('not_found');
    },

    async match(probe, references, accuracy) {
      if (references.length === 0) throw new FaceError('photo_missing');
      const fields = [
        accuracyField(accuracy),
        { name: 'probe', photos: [probe] },
        { name: 'reference', photos: references },
      ];
      const signal = client.newDeadline();
      const results =
        references.length === 1
          ? [await client.call('match', fields, matchReply, signal)]
          : (await client.call('match-bulk', fields, matchBulkReply, signal)).results;
      checkCount('match-bulk', results, references.length);
      return results.map((each) =>
        each.score === null ? each : { score: toTwoDecimals(each.score), match: each.match },
      );
    },

    async consistency(photos, accuracy) {
      const fields = [accuracyField(accuracy), photosField(photos)];
      const reply = await client.call('consistency-check', fields, consistencyReply, client.newDeadline());
      const { consistent, outliers, unusable } = reply;
      const named = [...outliers, ...unusable.map(({ index }) => index)];
      if (named.some((index) => index >= photos.length) || consistent !== (named.length === 0))
        throw new FaceError('upstream_malformed', { endpoint: 'consistency-check' });
      return { consistent, outliers, unusable };
    },

    async detect(photo) {
      const fields = [photosField([photo])];
      const { widthPx, heightPx, faces } = await client.call('detect', fields, detectReply, client.newDeadline());
      return { widthPx, heightPx, faces };
    },

    quality: (photo) => screen('quality', photo, client.newDeadline()),
    liveness: (photo) => screen('liveness', photo, client.newDeadline()),
  };
}

/** Waits for all calls before throwing the first error, so that no call is still sending photos. */
async function allSettled<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

function checkRequest({ photos, token }: VerifyRequest): void {
  checkPhotoCount(photos);
  if (token !== null) identifyToken(token);
}

function checkCount(endpoint: string, results: readonly unknown[], expected: number): void {
  if (results.length !== expected) throw new FaceError('upstream_malformed', { endpoint, results: results.length });
}

/** @throws `upstream_malformed` if the service's token is unreadable or has another expiry than was requested */
function checkSealed(token: SealedToken, { expiresAt }: EnrolRequest): string {
  try {
    const identity = identifyToken(token);
    if (identity.isOurs && identity.expiresAt !== expiresAt)
      throw new FaceError('upstream_malformed', { endpoint: 'generate', problem: 'expiry' });
    return identity.tokenId;
  } catch (error) {
    if (toCode(error) !== 'token_malformed') throw error;
    throw new FaceError('upstream_malformed', { endpoint: 'generate', problem: 'token' });
  }
}

/** Returns false for a token with another expiry, which must not be sent: a service may trust the expected expiry. */
function hasExpectedExpiry(token: SealedToken, { expectedExpiresAt }: VerifyRequest): boolean {
  const identity = identifyToken(token);
  return expectedExpiresAt === undefined || !identity.isOurs || identity.expiresAt === expectedExpiresAt;
}

const accuracyField = (accuracy: Accuracy) => ({ name: 'accuracy', text: String(accuracy) });

const toTwoDecimals = (score: number): number => Math.round(score * 100) / 100;

function toLiveness({ measurements }: Screening): Liveness {
  const value = measurements.find(({ name }) => name === livenessName)?.value;
  if (value === undefined || value < 0 || value > 1)
    throw new FaceError('upstream_malformed', { endpoint: 'liveness', missing: livenessName });
  return value;
}
