import type { Json, JsonObject } from '../base/json.js';
import type { AuditEvent } from './audit-events.js';
import type { ContentKey, KeyMaterial, Photo, SealedToken, UserSecret } from './concealed.js';
import type { Detection } from './face.js';
import type { Hint } from './hints.js';
import type { Movement } from './movements.js';
import type { EpochMs, EpochSec } from './units.js';

export type { Box, DetectedFace, Detection } from './face.js';

/*
 * What the core needs from the outside. The core does no I/O: everything below is handed in by src/main.ts, and each
 * port has one contract suite in test/contract that runs on every implementation.
 */

export interface Clock {
  now(): EpochMs;
}

/** Cryptographically strong random bytes. */
export type Random = (bytes: number) => Uint8Array;

/** The platform's fetch. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Takes JSON only, so a face, a token or a key passed to it does not compile. */
export interface Log {
  info(message: string, fields?: JsonObject): void;
  warn(message: string, fields?: JsonObject): void;
  error(message: string, fields?: JsonObject): void;
}

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

/** Passive liveness of the photos: the least probability of "live" among them, 0 to 1. Evidence, not proof. */
export type Liveness = number;

/** What one photo, and the mean of a movement challenge's frames, must reach. Where it comes from: src/liveness/bounds.ts. */
export const livenessBoundary = 0.05;

export interface Sealed {
  readonly token: SealedToken;
  /** Stable, public name of the token: names it in the deny list, the audit trail and the consent record. */
  readonly tokenId: string;
  readonly engine: string;
  readonly expiresAt: EpochSec | null;
  /** How many photos the token was made from: one is allowed, and weaker. */
  readonly photos: number;
  /** `null` where the verifier cannot derive one. */
  readonly contentKey: ContentKey | null;
}

export interface Verdict {
  readonly matched: boolean;
  /** Only on a match, and `null` where the verifier cannot derive one. */
  readonly contentKey: ContentKey | null;
  /** `null` unless asked for, or where the verifier does not measure it. */
  readonly liveness: Liveness | null;
  /**
   * The face sealed anew under the newest key and engine, where the token was under an older one, at least three photos
   * matched, and the request allowed it.
   */
  readonly renewed: Sealed | null;
}

/** What took part in a check, in the words of RFC 8176: a PIN, a key that stays in its hardware, or one that is synced. */
export const authenticationMethods = ['face', 'pin', 'hwk', 'swk'] as const;
export type AuthenticationMethod = (typeof authenticationMethods)[number];

/** A user's secret as it was presented, and what it came from. */
export interface PresentedSecret {
  readonly value: UserSecret;
  readonly method: Exclude<AuthenticationMethod, 'face'>;
}

/** One picture taken while a movement was asked for. */
export interface CapturedFrame {
  readonly photo: Photo;
  readonly movement: Movement;
}

/** Every signal with its bound, for the audit trail. */
export interface LivenessFinding extends Screening {
  readonly liveness: Liveness;
  /** What would help the next attempt. */
  readonly hint: Hint | null;
}

/** Judges whether the frames of one movement challenge show a living person. A certified vendor's service fits in here. */
export interface LivenessJudge {
  /** Names the judge in the audit trail. */
  readonly name: string;
  /**
   * Keeps nothing, and is done with the photos when it settles. Order, times and digests of the frames are not its business.
   * @throws FaceError the codes of `Verifier` for pictures
   */
  judge(frames: readonly CapturedFrame[]): Promise<LivenessFinding>;
}

/** Sees to it that a photo which several look at is examined once. */
export interface Sight {
  /**
   * Hands the photos on, over the same bytes, as ones that are examined at most once, whoever asks.
   * Who does not ask takes them for photos like any other. What was seen of them is overwritten before this settles, and
   * cannot be asked for afterwards.
   */
  share<T>(photos: readonly Photo[], work: (shared: readonly Photo[]) => Promise<T>): Promise<T>;
}

/** What is kept of a WebAuthn credential: nothing of it is secret or biometric. */
export interface PasskeyCredential {
  /** base64url, at most 1,023 bytes. */
  readonly id: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
  /** Signatures so far as the authenticator counts them; 0 for ever where it does not count. */
  readonly counter: number;
  /** How the browser reaches the authenticator: `internal`, `usb`, `nfc`, `hybrid`, or what comes next. */
  readonly transports: readonly string[];
  /** Whether the authenticator may copy the credential to other devices. */
  readonly backupEligible: boolean;
}

/** What an authenticator answered when a credential was made, base64url. Nothing of it is verified. */
export interface CreationAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly attestationObject: string;
  readonly transports: readonly string[];
  /** The PRF output, where the authenticator gives one at once. */
  readonly prf: UserSecret | null;
}

/** What an authenticator answered when a credential was used, base64url. Nothing of it is verified. */
export interface AssertionAnswer {
  readonly id: string;
  readonly clientDataJSON: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly prf: UserSecret | null;
}

/** What the browser sends after a ceremony: a new credential, perhaps with its first use; or the use of one. */
export interface PasskeyAnswer {
  readonly creation: CreationAnswer | null;
  readonly assertion: AssertionAnswer | null;
}

/** A credential that proved itself, and the PRF output that came with it. */
export interface ProvenPasskey {
  readonly secret: UserSecret;
  readonly method: 'hwk' | 'swk';
  /** As it is to be kept from now on. */
  readonly credential: PasskeyCredential;
}

/** Makes the options of WebAuthn ceremonies and verifies what came back. It keeps nothing. */
export interface Passkeys {
  /**
   * @param request.challenge - base64url
   * @param request.salt - 32 bytes: the input of the PRF
   * @param request.user - the id (at most 64 bytes) names nobody; the name is what the authenticator shows
   * @param request.organisation - whose page it is; `null` names nobody
   * @returns PublicKeyCredentialCreationOptionsJSON
   */
  creationOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array;
    readonly user: { readonly id: Uint8Array; readonly name: string };
    readonly organisation: string | null;
  }): JsonObject;
  /** @returns PublicKeyCredentialRequestOptionsJSON */
  requestOptions(request: {
    readonly challenge: string;
    readonly salt: Uint8Array;
    readonly credential: Pick<PasskeyCredential, 'id' | 'transports'>;
  }): JsonObject;
  /** @returns `null` where anything is not as it must be, or no PRF output came */
  verifyCreation(
    answer: PasskeyAnswer,
    expected: { readonly expectedChallenge: string },
  ): Promise<ProvenPasskey | null>;
  /** @returns `null` where anything is not as it must be, or no PRF output came */
  verifyAssertion(
    answer: AssertionAnswer,
    expected: { readonly expectedChallenge: string; readonly credential: PasskeyCredential },
  ): Promise<ProvenPasskey | null>;
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

export interface Consistency {
  readonly consistent: boolean;
  /** Indices, from 0, of the photos that are not the person most of the others show. */
  readonly outliers: readonly number[];
}

/** One measured property of a face picture and the bound it was held against. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly pass: boolean;
}

/** A set of measurements with their verdict; `reasons` names the measurements that failed. */
export interface Screening {
  readonly pass: boolean;
  readonly reasons: readonly string[];
  readonly measurements: readonly Measurement[];
}

export interface EnrolRequest {
  /** 1 to 5 photos of one person. */
  readonly photos: readonly Photo[];
  readonly binding: Binding;
  readonly secret: UserSecret | null;
  readonly expiresAt: EpochSec | null;
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
  /** One probe against each reference, in order. */
  match(probe: Photo, references: readonly Photo[], accuracy: Accuracy): Promise<readonly Comparison[]>;
  consistency(photos: readonly Photo[], accuracy: Accuracy): Promise<Consistency>;
  detect(photo: Photo): Promise<Detection>;
  quality(photo: Photo): Promise<Screening>;
  liveness(photo: Photo): Promise<Screening>;
  close(): Promise<void>;
}

/** A user, and how people know them. */
export interface Account {
  /** The immutable id. */
  readonly subject: string;
  /** The name the user signs in by, exactly as the provider has it. */
  readonly login: string;
  /** As the provider has it, verified or not; `null` without one. */
  readonly email: string | null;
}

/**
 * For whom a name is looked up. `outsider`: nobody vouches for who asks, so that a provider that tells how many calls are
 * left keeps enough of them for everybody else.
 */
export type Asker = 'known' | 'outsider';

/** The enrolment token in one attribute of the user's profile at the identity provider, by immutable user id. */
export interface Profile {
  /**
   * The user who signs in by that name, in upper or lower case; `null` where there is none, or more than one. An id is no
   * login. What is found takes as long as what is not: all is read at once.
   * @param asker - `known` where it is left out
   * @throws FaceError `profile_unavailable`
   */
  findAccount(login: string, asker?: Asker): Promise<Account | null>;
  /** The same of a user by immutable id. @throws FaceError `subject_unknown`, `profile_unavailable` */
  readAccount(subject: string, asker?: Asker): Promise<Account>;
  /** @throws FaceError `subject_unknown`, `profile_unavailable` */
  readToken(subject: string): Promise<SealedToken | null>;
  /** @throws FaceError `subject_unknown`, `profile_unavailable` */
  writeToken(subject: string, token: SealedToken): Promise<void>;
  /** Clearing what is already clear succeeds. @throws FaceError `subject_unknown`, `profile_unavailable` */
  clearToken(subject: string): Promise<void>;
}

/** A stored value, to be parsed by whoever reads it, and the number of the write that made it. */
export interface StateRecord {
  readonly value: unknown;
  readonly revision: number;
}

/** When a write may happen: always, only where nothing is stored, or only over the revision that was read. */
export type WriteCondition = 'any' | 'absent' | { readonly revision: number };

/**
 * Short records by key: step-ups, client tokens, deny list, counters. Writes are compare-and-swap, so what is
 * single-use stays single-use across replicas. A record past `expiresAt` is absent. All methods throw FaceError
 * `state_unavailable`.
 */
export interface State {
  read(key: string): Promise<StateRecord | null>;
  /** @returns whether the condition held and the value was written */
  write(
    key: string,
    value: Json,
    options: {
      readonly when: WriteCondition;
      readonly expiresAt: EpochMs | null;
      /** Whether a power cut may undo it, for speed. */
      readonly mayBeLost?: boolean;
    },
  ): Promise<boolean>;
  /**
   * Adds to a counter, atomically, and returns the sum. The first addition sets the expiry; later ones keep it. Counters
   * are apart from records: `read` does not see them. What was written outlives a power cut, unless it may be lost; the last
   * additions to a counter need not.
   */
  add(key: string, amount: number, expiresAt: EpochMs): Promise<number>;
  /** Removes the record and the counter of that key. */
  delete(key: string): Promise<void>;
  /**
   * Since when nothing was lost: the moment the store was made. After a loss (emptied, or restored from a backup) a little
   * later than that, as the clocks of replicas differ. What was used once before then is no longer known, so whoever takes
   * something once refuses what was issued before.
   */
  heldSince(): Promise<EpochMs>;
  close(): Promise<void>;
}

/** Versions count up from 1 and fit 16 bits. */
export type KeyVersion = number;

/** Holds the keys that seal tokens; the keys themselves never leave it. */
export interface Keys {
  currentVersion(): Promise<KeyVersion>;
  /**
   * Whether there is a key of that version here, so that its tokens may be opened: now, or once a key service that has
   * disabled the key enables it again.
   */
  holds(version: KeyVersion): Promise<boolean>;
  /**
   * HMAC-SHA-256 under the key of that version: 32 bytes.
   * @param message - 1 to 4,096 bytes
   * @throws FaceError `token_key_retired`, `key_service_unavailable`
   */
  mac(version: KeyVersion, message: Uint8Array): Promise<KeyMaterial>;
}

/** What is signed, told by the header `typ` (RFC 8725, section 3.11). */
export type SignedType =
  | 'facestep-receipt+jwt'
  | 'facestep-audit-head+jwt'
  | 'facestep-erasure+jwt'
  /** A Security Event Token (RFC 8417, section 2.3). */
  | 'secevent+jwt';

/**
 * Signs statements of this service; the private key never leaves it. A statement is a compact JWS (RFC 7515) whose header
 * tells the key and the type.
 */
export interface Signer {
  sign(type: SignedType, claims: JsonObject): Promise<string>;
  /**
   * The claims of a statement of that type it signed: nothing but header and signature is checked.
   * @throws FaceError `receipt_invalid`
   */
  verify(type: SignedType, jws: string): Promise<unknown>;
  /** JSON Web Keys (RFC 7517): the one that signs, and others whose statements may still be about. */
  publicKeys(): Promise<readonly JsonObject[]>;
}

export interface Audit {
  /**
   * Settles once what is held of people, or who may do what, is on the disk; other events may follow within a second.
   * @throws FaceError `state_unavailable`
   */
  append(event: AuditEvent): Promise<void>;
  /** Puts everything on the disk; nothing is appended after it. */
  close(): Promise<void>;
}

/** A message to a person, by e-mail or SMS. */
export interface Message {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** @throws FaceError `delivery_failed` */
export interface Delivery {
  send(message: Message): Promise<void>;
}
