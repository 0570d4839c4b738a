import type { PhotoCode } from '../../errors.js';
import type { Photo, SealedToken, UserSecret } from '../concealed.js';
import type { Detection } from '../face.js';
import type { QueueShare } from '../queue-share.js';
import type { EpochSec } from '../units.js';
import type { KeyVersion } from './keys.js';
import type { Liveness, Screening } from './liveness.js';

/** 1 (most tolerant) to 8 (strictest); what each means in message bits is in `src/token/parameters.ts`. */
export type Accuracy = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What a token is bound to. Any difference at verification refuses exactly as another face does. */
export interface Binding {
  readonly tenant: string;
  /** The kind of identity provider, or `api` for tokens made over the REST API. */
  readonly idp: string;
  /** The user's immutable id at the identity provider; empty for tokens made over the REST API. */
  readonly subject: string;
  readonly scope: string;
  readonly accuracy: Accuracy;
}

export interface Sealed {
  readonly token: SealedToken;
  /** Stable, public name of the token: names it in the deny list, the audit trail and the consent record. */
  readonly tokenId: string;
  readonly engine: string;
  readonly expiresAt: EpochSec | null;
  /** How many photos the token was made from: one is allowed, and weaker. */
  readonly photos: number;
}

export interface Verdict {
  readonly matched: boolean;
  /** `null` unless asked for, or where the verifier does not measure it. */
  readonly liveness: Liveness | null;
  /**
   * The face sealed anew under the newest key and engine, where the token was under an older one, at least three photos
   * matched that could be enrolled, the newest key answered, and the request allowed it.
   */
  readonly renewed: Sealed | null;
}

/** A similarity: cosine, rounded to two decimals. */
export interface Score {
  readonly matched: boolean;
  /** `null` without a match: how near a miss was is never told. */
  readonly score: number | null;
  readonly threshold: number;
}

/** One comparison of two pictures. */
export interface Comparison {
  readonly score: number;
  readonly match: boolean;
}

/** A comparison that could not be made, because of the reference. It is never a match. */
export interface NoComparison {
  readonly score: null;
  readonly match: false;
  readonly code: PhotoCode;
}

export interface Consistency {
  /** Never true if a photo is unusable: it was compared with none. */
  readonly consistent: boolean;
  /** Indices, from 0, of the photos that are not the person most of the others show. */
  readonly outliers: readonly number[];
  /** Photos that could not be compared, by their indices from 0. */
  readonly unusable: readonly { readonly index: number; readonly code: PhotoCode }[];
}

export interface EnrolRequest {
  /** 1 to 5 photos of one person. */
  readonly photos: readonly Photo[];
  readonly binding: Binding;
  readonly secret: UserSecret | null;
  readonly expiresAt: EpochSec | null;
  readonly share: QueueShare;
}

export interface VerifyRequest {
  /** 1 to 5 photos of one person. */
  readonly photos: readonly Photo[];
  /** `null` never matches, and takes the work of a token that another face opens: for whom nothing is enrolled. */
  readonly token: SealedToken | null;
  readonly binding: Binding;
  readonly secret: UserSecret | null;
  /** The expiry the caller believes the token has: nobody matches one that tells another; `undefined`: whichever it tells. */
  readonly expectedExpiresAt?: EpochSec | null;
  /** Measures how alive the photos look; those that do not are nobody's, after the same work. */
  readonly requireLiveness: boolean;
  /**
   * Whether somebody else, who looks at the same photos meanwhile, finds them live; where not, they are nobody's: the same
   * work, and never opened. Absent: nobody else looks.
   */
  readonly judgedLive?: Promise<boolean>;
  /** Whether the caller can store a renewed token. */
  readonly allowRenewal: boolean;
  /**
   * Receives the content key of a token that matches, where the verifier can derive one. The verifier zeroes the key when this returns.
   * Absent: no key is derived.
   */
  readonly takeContentKey?: (key: Uint8Array) => void;
  readonly share: QueueShare;
}

export interface SearchRequest {
  /** 1 to 5 photos of one person. */
  readonly photos: readonly Photo[];
  /** None twice; those of other bindings never match. */
  readonly tokens: readonly SealedToken[];
  /** Of every token. */
  readonly binding: Binding;
  /** As in `VerifyRequest`. */
  readonly requireLiveness: boolean;
  /** How often at most a stranger may be found among the tokens, 0 to 1: more tokens than their level allows are refused. */
  readonly greatestFalsePositiveRate: number;
  readonly share: QueueShare;
}

export interface Found {
  /** Positions, from 0 and ascending, of the tokens that the face opens. */
  readonly positions: readonly number[];
  /** How often a stranger opens one of them at most, as the level of each promises. */
  readonly falsePositiveRate: number;
}

/** What a token says of itself in the clear. */
export interface TokenName {
  readonly tokenId: string;
  readonly expiresAt: EpochSec | null;
  /** Of the key that sealed it; `null` where the verifier keeps its keys elsewhere. */
  readonly keyVersion: KeyVersion | null;
}

/** A token that was read, to be handed on: whoever takes it reads it no more. */
export interface ReadToken extends TokenName {
  readonly token: SealedToken;
}

/**
 * Turns faces into tokens and verdicts. Every method throws `FaceError`: the `photo_*` and `face_*` codes for pictures,
 * `token_malformed`, `token_key_retired`, `overloaded`, and `upstream_*` where the work is done elsewhere. What takes work
 * to find out of a token, such as `token_key_retired`, is told after the work of a refusal. It keeps nothing, and
 * is done with every `Photo` it was given when it settles: whoever owns them overwrites them.
 */
export interface Verifier {
  readonly kind: 'embedded' | 'facenition';
  /** Whether work can be taken now. */
  isReady(): Promise<boolean>;
  /** What a token says of itself, without opening it. Nothing of it is verified. @throws FaceError `token_malformed` */
  identify(token: SealedToken): ReadToken;
  /** Whether the key is held that such a token is sealed under; where keys are held elsewhere, it is taken to be. */
  holdsKeyOf(name: Pick<TokenName, 'keyVersion'>): Promise<boolean>;
  enrol(request: EnrolRequest): Promise<Sealed>;
  verify(request: VerifyRequest): Promise<Verdict>;
  score(request: VerifyRequest): Promise<Score>;
  /**
   * One face against many tokens, after the same work whomever it finds.
   * @throws FaceError beside the common ones: `roster_too_large`, `roster_malformed` (a token with a user's secret), and `not_found` where
   *   the work is done elsewhere
   */
  search(request: SearchRequest): Promise<Found>;
  /** Compares one probe with each reference, in order. An unusable reference is reported in its place; an unusable probe is thrown. */
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
