import { inspect } from 'node:util';
import type { JsonObject } from '../base/json.js';

/** A value that cannot be printed, serialized, logged or compared by accident. Only `use` reads it. */
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

/** Encoded: 10 MB. */
export const maxPhotoBytes = 10 * 1024 * 1024;

export class Photo extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'Photo';
  get sizeBytes(): number {
    return this.use((value) => value.length);
  }
}

/** 512 numbers, of length 1 as a vector. */
export class Embedding extends ConcealedBytes<Float32Array> {
  protected readonly label = 'Embedding';

  /** The receiver must wipe the copy. */
  copy(): Embedding {
    return this.use((value) => new Embedding(Float32Array.from(value)));
  }
}

/** Detects copies of a frame: brightness steps by band, also of the mirror image. */
export class FrameSketch extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'FrameSketch';

  /** The receiver must wipe the copy. */
  copy(): FrameSketch {
    return this.use((value) => new FrameSketch(Uint8Array.from(value)));
  }
}

/** Key material: an HMAC output, a derived key. */
export class KeyMaterial extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'KeyMaterial';
}

/** 32 bytes that only the enrolled face can derive. */
export class ContentKey extends ConcealedBytes<Uint8Array> {
  protected readonly label = 'ContentKey';
}

/** UTF-8 bytes. */
export const maxSecretBytes = 1024;

/** A password, a PIN, or a WebAuthn PRF output. */
export class UserSecret extends Concealed<string> {
  protected readonly label = 'UserSecret';
}

/** Fits a profile attribute of every provider. */
export const maxTokenCharacters = 256;

/** The enrolment token as text. Encrypted, yet personal data: never log it. */
export class SealedToken extends Concealed<string> {
  protected readonly label = 'SealedToken';
}

/** A client token, hook secret, or administrator key. */
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

/** Wipes all photos of a piece of work when it ends, also on error. Receivers must not wipe or keep them. */
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
