import type { Profile } from '../src/core/ports.js';
import type { FaceErrorCode } from '../src/errors.js';
import type { Json } from '../src/json.js';

/** A call as it arrived: nothing in it is trusted, the body is not parsed. */
export interface RawRequest {
  readonly method: string;
  /** Names in lower case; a repeated header is joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** What goes back to the provider. `null` sends no body. */
export interface RawReply {
  readonly status: number;
  readonly body: Json;
}

/** One address a provider calls. */
export interface Hook {
  /** Throws `FaceError` to refuse. */
  handle(request: RawRequest): Promise<RawReply>;
  /** The provider's own shape of each refusal, without its detail. Total: a new code does not compile without a reply. */
  refuse(code: FaceErrorCode): RawReply;
}

/** What every identity provider's folder supplies. Adding a provider means one new folder and one line in index.ts. */
export interface Adapter {
  readonly kind: string;
  readonly profile: Profile;
  /** By the last part of the address: `POST /hooks/<connection>/<name>`. */
  readonly hooks: Readonly<Record<string, Hook>>;
}
