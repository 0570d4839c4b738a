import { createHash, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';
import type { PhotoCode } from '../errors.js';
import type { JsonObject } from './base/json.js';

/** Returns the SHA-256 digest. A credential may be stored as this digest only if it has enough entropy. */
export const digestOf = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest();

export const hexDigestOf = (value: string | Uint8Array): string => digestOf(value).toString('hex');

/** Compares a text with a digest in constant time. */
export const hasDigest = (text: string, expected: Uint8Array): boolean => timingSafeEqual(digestOf(text), expected);

/** Compares two digests of the same length, as text, in constant time. */
export const isSameDigest = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** A value that cannot be printed, serialized, logged or compared by accident. Only `use` reveals it. */
abstract class Secret<T> {
  readonly #value: T;
  protected abstract readonly label: string;

  constructor(value: T) {
    this.#value = value;
  }

  use<R>(read: (value: T) => R): R {
    return read(this.#value);
  }

  toString(): string {
    return `[${this.label}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

abstract class SecretBytes<T extends Uint8Array | Float32Array> extends Secret<T> {
  wipe(): void {
    this.use((value) => value.fill(0));
  }
}

/** Maximum size of an encoded photo: 10 MB. */
export const maxPhotoBytes = 10 * 1024 * 1024;

/** How the capture page encrypted its pictures. */
export interface PictureEncryption {
  /** The AES key, encrypted to the process that parses pictures, in base64url. */
  readonly contentKey: string;
  /** Nonce of the check that the key is for. */
  readonly context: string;
}

/** An encrypted picture, as described by the process that parses pictures. */
export interface EncryptedPicture extends PictureEncryption {
  /** SHA-256 of the picture, in base64url. */
  readonly digest: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Why the capture page cannot have taken it; `null` if it can. */
  readonly refusal: PhotoCode | null;
}

export class Photo extends SecretBytes<Uint8Array> {
  protected readonly label = 'Photo';

  /** @param encrypted - `null` if the bytes are the picture */
  constructor(
    bytes: Uint8Array,
    readonly encrypted: EncryptedPicture | null = null,
  ) {
    super(bytes);
  }

  /** Returns the photo with what the process that parses pictures told about it. */
  withDescription(encrypted: EncryptedPicture): Photo {
    return this.use((bytes) => new Photo(bytes, encrypted));
  }

  /** SHA-256 of the picture, in base64url. */
  get digest(): string {
    return this.encrypted?.digest ?? this.use((bytes) => digestOf(bytes).toString('base64url'));
  }

  get sizeBytes(): number {
    return this.use((value) => value.length);
  }
}

/** A face's embedding: a unit vector of 512 numbers. */
export class Embedding extends SecretBytes<Float32Array> {
  protected readonly label = 'Embedding';

  /** Returns a copy, which the caller must wipe. */
  copy(): Embedding {
    return this.use((value) => new Embedding(Float32Array.from(value)));
  }
}

/**
 * Fingerprint of a frame, used to detect copies. It has the differences of brightness in each band of the picture and
 * of its mirror image.
 */
export class FrameSketch extends SecretBytes<Uint8Array> {
  protected readonly label = 'FrameSketch';

  /** Returns a copy, which the caller must wipe. */
  copy(): FrameSketch {
    return this.use((value) => new FrameSketch(Uint8Array.from(value)));
  }
}

export class KeyMaterial extends SecretBytes<Uint8Array> {
  protected readonly label = 'KeyMaterial';
}

/** A key of 32 bytes that only the enrolled face can derive. */
export class ContentKey extends SecretBytes<Uint8Array> {
  protected readonly label = 'ContentKey';
}

/** Maximum size of a user secret, in bytes of UTF-8. */
export const maxSecretBytes = 1024;

/** A password, a PIN, or a WebAuthn PRF output. */
export class UserSecret extends Secret<string> {
  protected readonly label = 'UserSecret';
}

/** Maximum length of a token, which fits a profile attribute of every provider. */
export const maxTokenCharacters = 256;

/** The enrolment token as text. It is encrypted, but still personal data that must never be logged. */
export class SealedToken extends Secret<string> {
  protected readonly label = 'SealedToken';
}

/** A client token, hook secret, or administrator's API key. */
export class Credential extends Secret<string> {
  protected readonly label = 'Credential';
}

/** A Temporary Access Pass, temporary password or the like, which the person sees once. */
export class RecoveryCredential extends Secret<string> {
  protected readonly label = 'RecoveryCredential';
}

/**
 * A person's OpenID Connect claims from an identity provider. They are shown to the person, and sent to applications
 * with the person's consent, but never stored.
 */
export class PersonalData extends Secret<JsonObject> {
  protected readonly label = 'PersonalData';
}

/** Wraps bytes in a photo that is wiped when the work ends. */
export type OwnPhoto = (bytes: Uint8Array) => Photo;

/**
 * Wipes all photos of a piece of work when it ends, also after an error. Functions that get the photos must neither
 * wipe nor keep them.
 */
export async function owningPhotos<T>(work: (own: OwnPhoto) => Promise<T>): Promise<T> {
  const photos: Photo[] = [];
  try {
    return await work((bytes) => {
      const photo = new Photo(bytes);
      photos.push(photo);
      return photo;
    });
  } finally {
    for (const photo of photos) photo.wipe();
  }
}
