import type { PhotoCode } from '../../errors.js';
import type { Photo, SealedToken, UserSecret } from '../concealed.js';
import type { Detection } from '../face.js';
import type { QueueShare } from '../queue-share.js';
import type { EpochSec } from '../units.js';
import type { KeyVersion } from './keys.js';
import type { Liveness, Screening } from './liveness.js';

/** Most tolerant to strictest; see `src/token/parameters.ts`. */
export type Accuracy = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** A token's context. Another one is refused exactly like a different face. */
export interface Binding {
  readonly tenant: string;
  /** `api` for tokens of the REST API. */
  readonly idp: string;
  /** Immutable; empty for tokens of the REST API. */
  readonly subject: string;
  readonly scope: string;
  readonly accuracy: Accuracy;
}

export interface Sealed {
  readonly token: SealedToken;
  /** For deny list, audit trail and consent record. */
  readonly tokenId: string;
  readonly engine: string;
  readonly expiresAt: EpochSec | null;
  /** One is allowed, but weaker. */
  readonly photos: number;
}

export interface Verdict {
  readonly matched: boolean;
  /** `null` unless requested and measured. */
  readonly liveness: Liveness | null;
  /**
   * The face sealed again with the newest key and engine, if the token is older, at least three enrollable photos
   * matched, the newest key is available, and the request allows it.
   */
  readonly renewed: Sealed | null;
}

export interface Score {
  readonly matched: boolean;
  /** `null` without a match: a miss reveals no distance. */
  readonly score: number | null;
  readonly threshold: number;
}

export interface Comparison {
  readonly score: number;
  readonly match: boolean;
}

/** Failed due to the reference. Never a match. */
export interface NoComparison {
  readonly score: null;
  readonly match: false;
  readonly code: PhotoCode;
}

export interface Consistency {
  /** False if any photo is unusable. */
  readonly consistent: boolean;
  /** Indexes of photos of a different person than most. */
  readonly outliers: readonly number[];
  /** Not compared. */
  readonly unusable: readonly { readonly index: number; readonly code: PhotoCode }[];
}

export interface EnrolRequest {
  /** 1 to 5, of one person. */
  readonly photos: readonly Photo[];
  readonly binding: Binding;
  readonly secret: UserSecret | null;
  readonly expiresAt: EpochSec | null;
  readonly share: QueueShare;
}

export interface VerifyRequest {
  /** 1 to 5, of one person. */
  readonly photos: readonly Photo[];
  /** `null` never matches, after the same work. */
  readonly token: SealedToken | null;
  readonly binding: Binding;
  readonly secret: UserSecret | null;
  /** Another expiry does not match; `undefined`: any. */
  readonly expectedExpiresAt?: EpochSec | null;
  /** Others do not match, after the same work. */
  readonly requireLiveness: boolean;
  /** If false, nothing matches and the token is not opened, after the same work. Absent: none. */
  readonly judgedLive?: Promise<boolean>;
  readonly allowRenewal: boolean;
  /** Receives a matching token's content key, zeroed afterwards. Absent: none. */
  readonly takeContentKey?: (key: Uint8Array) => void;
  readonly share: QueueShare;
}

export interface SearchRequest {
  /** 1 to 5, of one person. */
  readonly photos: readonly Photo[];
  readonly tokens: readonly SealedToken[];
  readonly binding: Binding;
  readonly requireLiveness: boolean;
  /** Maximum false positive identification rate, 0 to 1: refuses more tokens than their level allows. */
  readonly greatestFalsePositiveRate: number;
  readonly share: QueueShare;
}

export interface Found {
  /** Tokens that the face opens. */
  readonly positions: readonly number[];
  /** Maximum rate at which an unknown face opens one of them, from their levels. */
  readonly falsePositiveRate: number;
}

export interface TokenName {
  readonly tokenId: string;
  readonly expiresAt: EpochSec | null;
  /** `null` if the keys are elsewhere. */
  readonly keyVersion: KeyVersion | null;
}

/** Not parsed again. */
export interface ReadToken extends TokenName {
  readonly token: SealedToken;
}

/**
 * Turns faces into tokens and verdicts. Throws `photo_*`, `face_*`, `token_malformed`, `token_key_retired`,
 * `overloaded`, `upstream_*`; errors about a token come after the work of a refusal. Stores nothing; the owner of a
 * `Photo` wipes it.
 */
export interface Verifier {
  readonly kind: 'embedded' | 'facenition';
  isReady(): Promise<boolean>;
  /** Reads public data, unverified. @throws `token_malformed` */
  identify(token: SealedToken): ReadToken;
  /** Returns true if the sealing key is available; remote keys are assumed to be. */
  holdsKeyOf(name: Pick<TokenName, 'keyVersion'>): Promise<boolean>;
  enrol(request: EnrolRequest): Promise<Sealed>;
  verify(request: VerifyRequest): Promise<Verdict>;
  score(request: VerifyRequest): Promise<Score>;
  /**
   * Compares a face with many tokens, in time independent of the result.
   * @throws also `roster_too_large`, `roster_malformed` (a token with a user secret), and `not_found` for remote
   * services
   */
  search(request: SearchRequest): Promise<Found>;
  /**
   * Compares a probe with each reference, in order. Unusable references are reported in place; an unusable probe
   * throws.
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
