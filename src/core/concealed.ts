import { inspect } from 'node:util';
import type { JsonObject } from '../base/json.js';

/**
 * A value that cannot be printed, serialized, logged or compared by accident: it shows as the class name. Only `use`
 * reads it.
 */
abstract class Concealed<T> {
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

abstract class ConcealedBytes<T extends Uint8Array | Float32Array> extends Concealed<T> {
  wipe(): void {
    this.use((value) => value.fill(0));
  }
}

/** Maximum size of one encoded picture: 10 MB. */
export const maxPhotoBytes = 10 * 1024 * 1024;

export class Photo extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'Photo';
  get sizeBytes(): number {
    return this.use((value) => value.length);
  }
}

/** 512 numbers, of length 1 as a vector, that describe a face. */
export class Embedding extends ConcealedBytes<Float32Array> {
  protected readonly label = 'Embedding';

  /** Returns a copy, which its receiver must wipe. */
  copy(): Embedding {
    return this.use((value) => new Embedding(Float32Array.from(value)));
  }
}

/** Fingerprint of a frame, to detect copies: its brightness steps by band, and those of the mirror image. */
export class FrameSketch extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'FrameSketch';

  /** Returns a copy, which its receiver must wipe. */
  copy(): FrameSketch {
    return this.use((value) => new FrameSketch(Uint8Array.from(value)));
  }
}

/** Key material: an HMAC output, a derived key. */
export class KeyMaterial extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'KeyMaterial';
}

/** A 32-byte key that only the enrolled face can derive, for files that only this face may open. */
export class ContentKey extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'ContentKey';
}

/** Maximum length of a user secret, in UTF-8 bytes. */
export const maxSecretBytes = 1024;

/** What the user knows or has: a password, a PIN, a WebAuthn PRF output. */
export class UserSecret extends Concealed<string> {
  protected readonly label = 'UserSecret';
}

/** Limit that fits a profile attribute of every provider. */
export const maxTokenCharacters = 256;

/** The enrolment token as text of at most 256 characters. Encrypted, yet personal data: never log it. */
export class SealedToken extends Concealed<string> {
  protected readonly label = 'SealedToken';
}

/** A credential of this service or a provider: client token, hook secret, administrator key. */
export class Credential extends Concealed<string> {
  protected readonly label = 'Credential';
}

/**
 * A person's OpenID Connect claims from an identity provider. Shown to them, sent to applications with their consent,
 * never stored.
 */
export class PersonalData extends Concealed<JsonObject> {
  protected readonly label = 'PersonalData';
}

/** Wraps bytes in a photo that is wiped at the end. */
export type OwnPhoto = (bytes: Uint8Array) => Photo;

/** Wipes all photos of a piece of work when it ends, also on error. Receivers must not wipe or retain them. */
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
