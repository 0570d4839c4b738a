import type { PhotoCode } from '../../errors.js';
import type { Detection } from '../face.js';
import type { QueueShare } from '../fair-queue.js';
import type { Photo, SealedToken, UserSecret } from '../secrets.js';
import type { EpochSec } from '../units.js';
import type { KeyVersion } from './keys.js';
import type { Liveness, Screening } from './liveness.js';

/** From the most tolerant to the strictest level. See `src/face/token/parameters.ts`. */
export type Accuracy = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Context to which a token is bound. A check in another context is refused exactly like a different face. */
export interface Binding {
  readonly tenant: string;
  /** `api` for tokens of the REST API. */
  readonly idp: string;
  /** Immutable user id. Empty for tokens of the REST API. */
  readonly subject: string;
  readonly scope: string;
  readonly accuracy: Accuracy;
}

export interface Sealed {
  readonly token: SealedToken;
  /** Public id for deny list, audit log and consent record. */
  readonly tokenId: string;
  readonly engine: string;
  readonly expiresAt: EpochSec | null;
  /** Number of photos used. One is enough, but gives a weaker token. */
  readonly photos: number;
  /** True if its accuracy asks for more photos, and the request allowed fewer. */
  readonly hasFewPhotos?: true;
}

export interface Verdict {
  readonly matched: boolean;
  readonly liveness: Liveness | null;
  /**
   * A renewed token, or `null`. Made if the request allows it, the token has an older key or engine, the newest key is
   * available, and at least three photos of sufficient quality matched.
   */
  readonly renewed: Sealed | null;
}

export interface Score {
  readonly matched: boolean;
  /** Similarity, or `null` if the faces do not match, because a mismatch must not reveal how similar they are. */
  readonly score: number | null;
  readonly threshold: number;
}

export interface Comparison {
  readonly score: number;
  readonly match: boolean;
}

/** Result for an unusable reference. It never counts as a match. */
export interface NoComparison {
  readonly score: null;
  readonly match: false;
  readonly code: PhotoCode;
}

export interface Consistency {
  /** False if any photo is unusable. */
  readonly consistent: boolean;
  /** Indexes of photos that show another person than most photos. */
  readonly outliers: readonly number[];
  readonly unusable: readonly { readonly index: number; readonly code: PhotoCode }[];
}

export interface EnrolRequest {
  /** 1 to 5 photos of one person. */
  readonly photos: readonly Photo[];
  readonly binding: Binding;
  readonly secret: UserSecret | null;
  readonly expiresAt: EpochSec | null;
  /** True to seal fewer photos than the accuracy asks for. */
  readonly allowFewPhotos?: boolean;
  readonly share: QueueShare;
}

export interface VerifyRequest extends Pick<EnrolRequest, 'photos' | 'binding' | 'secret' | 'share'> {
  /** `null` never matches, but the comparison takes as long as with a token. */
  readonly token: SealedToken | null;
  /** Expected expiry. A token with another expiry does not match. `undefined` accepts any. */
  readonly expectedExpiresAt?: EpochSec | null | undefined;
  /** If true, photos that do not look live do not match. The check takes as long as for live photos. */
  readonly requireLiveness: boolean;
  /**
   * Separate judgment of liveness. If it resolves to false, the token is not opened and nothing matches, but the check
   * takes as long as otherwise.
   */
  readonly judgedLive?: Promise<boolean> | undefined;
  readonly allowRenewal: boolean;
  /** Receives the content key of a matching token. The key is zeroed after the call. */
  readonly takeContentKey?: ((key: Uint8Array) => void) | undefined;
}

export interface SearchRequest extends Pick<EnrolRequest, 'photos' | 'binding' | 'share'> {
  readonly tokens: readonly SealedToken[];
  readonly requireLiveness: boolean;
  /** Maximum false positive identification rate, from 0 to 1. Requests with more tokens than it allows are refused. */
  readonly greatestFalsePositiveRate: number;
}

export interface SearchMatch {
  readonly positions: readonly number[];
  /** Maximum probability that an unknown face opens one of the tokens, computed from their levels. */
  readonly falsePositiveRate: number;
}

export interface TokenName {
  readonly tokenId: string;
  readonly expiresAt: EpochSec | null;
  /** `null` if the sealing keys belong to another service. */
  readonly keyVersion: KeyVersion | null;
}

/** A token with its public data, so that the token need not be parsed again. */
export interface ReadToken extends TokenName {
  readonly token: SealedToken;
}

/**
 * Turns faces into tokens and verdicts. Throws `photo_*`, `face_*`, `token_malformed`, `token_key_retired`,
 * `overloaded`, `upstream_*`. Errors about a token are thrown only after the same work as for a mismatch. Stores
 * nothing. The owner of a `Photo` wipes it.
 */
export interface Verifier {
  readonly kind: 'embedded' | 'facenition';
  isReady(): Promise<boolean>;
  /** Reads a token's public data without verifying it. @throws `token_malformed` */
  identify(token: SealedToken): ReadToken;
  /** Returns true if the token's key is available. Keys of a remote service are assumed to be available. */
  holdsKeyOf(name: Pick<TokenName, 'keyVersion'>): Promise<boolean>;
  enrol(request: EnrolRequest): Promise<Sealed>;
  verify(request: VerifyRequest): Promise<Verdict>;
  score(request: VerifyRequest): Promise<Score>;
  /**
   * Compares a face with many tokens. The time does not depend on the result.
   * @throws also `roster_too_large`, `roster_malformed` for a token with a user secret, and `not_found` for remote
   * services
   */
  search(request: SearchRequest): Promise<SearchMatch>;
  /**
   * Compares a photo with each reference, in order. For an unusable reference, the result at its position says so. For
   * an unusable `probe`, the call throws.
   */
  match(
    probe: Photo,
    references: readonly Photo[],
    accuracy: Accuracy,
    share: QueueShare,
  ): Promise<readonly (Comparison | NoComparison)[]>;
  consistency(photos: readonly Photo[], accuracy: Accuracy, share: QueueShare): Promise<Consistency>;
  detect(photo: Photo, share: QueueShare): Promise<Detection>;
  quality(photo: Photo, share: QueueShare): Promise<Screening>;
  liveness(photo: Photo, share: QueueShare): Promise<Screening>;
  close(): Promise<void>;
}
