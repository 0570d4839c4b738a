import { inspect } from 'node:util';

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

  /** For whoever looks at it beside somebody who overwrites it. */
  copy(): Photo {
    return this.use((value) => new Photo(Uint8Array.from(value)));
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

/** Photos are overwritten however `work` ends, also those that it never looked at. */
export async function wipingPhotos<T>(photos: readonly Photo[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const photo of photos) photo.wipe();
  }
}
