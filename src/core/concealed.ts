import { inspect } from 'node:util';
import type { JsonObject } from '../base/json.js';

/**
 * A value that cannot be printed, serialised, logged or compared by accident: whatever tries gets the class's name.
 * The value is read only inside `use`.
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
  /** Overwrites the value with zeros. */
  wipe(): void {
    this.use((value) => value.fill(0));
  }
}

/** Greatest size of one encoded picture: 10 MB. */
export const maxPhotoBytes = 10 * 1024 * 1024;

/** One encoded picture (JPEG, PNG or WebP) as the caller sent it. */
export class Photo extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'Photo';
  get sizeBytes(): number {
    return this.use((value) => value.length);
  }
}

/** 512 numbers of length 1 that describe a face. */
export class Embedding extends ConcealedBytes<Float32Array> {
  protected readonly label = 'Embedding';

  /** For one of several who need it, each of whom overwrites their own. */
  copy(): Embedding {
    return this.use((value) => new Embedding(Float32Array.from(value)));
  }
}

/** By what a copy of one frame is known: its steps of brightness, band after band, and those of its mirror image. */
export class FrameSketch extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'FrameSketch';

  /** For one of several who need it, each of whom overwrites their own. */
  copy(): FrameSketch {
    return this.use((value) => new FrameSketch(Uint8Array.from(value)));
  }
}

/** Key material: an HMAC output, a derived key. */
export class KeyMaterial extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'KeyMaterial';
}

/** 32 bytes that exist only while the right face is there: a key for files that only this face may open. */
export class ContentKey extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'ContentKey';
}

/** Longest user's secret, in bytes of UTF-8. */
export const maxSecretBytes = 1024;

/** What the user knows or holds: a password, a PIN, a WebAuthn PRF output. */
export class UserSecret extends Concealed<string> {
  protected readonly label = 'UserSecret';
}

/** What a profile attribute of every provider can hold. */
export const maxTokenCharacters = 256;

/** The enrolment token as text of at most 256 characters. Sealed, yet personal data: it does not belong in a log. */
export class SealedToken extends Concealed<string> {
  protected readonly label = 'SealedToken';
}

/** A credential of this service or of a provider: a client token, a hook secret, an administrator's key. */
export class Credential extends Concealed<string> {
  protected readonly label = 'Credential';
}

/** What an identity provider says of a person, by claims of OpenID Connect. Shown to them, told to whom they let, and kept nowhere. */
export class PersonalData extends Concealed<JsonObject> {
  protected readonly label = 'PersonalData';
}

/** Makes a photo of bytes that nobody else has, and overwrites them at the end. */
export type OwnPhoto = (bytes: Uint8Array) => Photo;

/**
 * Owns the photos of one piece of work: all are made here, and overwritten however the work ends, also those that nobody
 * looked at. Whoever is handed one leaves it as it is, and is done with it when the work is.
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
