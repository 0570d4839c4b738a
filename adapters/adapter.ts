import type { Json } from '../src/base/json.js';
import type { StepUpRequest } from '../src/core/connection.js';
import type { Profile } from '../src/core/ports.js';
import type { FaceErrorCode } from '../src/errors.js';

/** Where the providers call. */
export const hookPath = '/hooks/:connection/:hook';

/** What a call says before its body: nothing in it is trusted. */
export interface RawHead {
  readonly method: string;
  /** Names in lower case; a repeated header is joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What goes back to the provider. `null` sends no body. */
export interface RawReply {
  readonly status: number;
  readonly body: Json;
}

/** Takes the body of a call as it arrived, unparsed, and answers. Throws `FaceError` to refuse. */
export type Answer = (body: Uint8Array) => Promise<RawReply>;

/** The methods a provider calls with. A `GET` has no body. */
export type HookMethod = 'GET' | 'POST';

/** One address a provider calls. */
export interface Hook {
  /** `POST` alone unless said otherwise. */
  readonly methods?: readonly HookMethod[];
  /** The provider's patience less the way there and back, in milliseconds: an answer that takes longer is counted as late. */
  readonly budgetMs: number;
  /** Where the provider proves who it is. With `body` nobody is known before all of it is there: it is held as a stranger's. */
  readonly proof: 'headers' | 'body';
  /**
   * Looks at a call before a byte of its body is read. Throws `FaceError` to refuse, above all who is not the provider.
   * @returns what takes the body; with the proof in the headers it is verified by then, else the body is verified first
   */
  admit(head: RawHead): Promise<Answer>;
  /** The provider's own shape of each refusal, without its detail. Total: a new kind does not compile without a reply. */
  refuse(code: FaceErrorCode): RawReply;
  /** Lets through what was asked, as if this service were not there, and claims nothing: for shadow mode. */
  readonly pass: RawReply;
}

/** The hooks of a connection by name: the last part of the address, `/hooks/<connection>/<name>`. */
export type Hooks = Readonly<Record<string, Hook>>;

/** What every identity provider's folder supplies. Adding a provider means one new folder and one line in index.ts. */
export interface Adapter {
  readonly kind: string;
  readonly profile: Profile;
  readonly hooks: Hooks;
  /**
   * Reads a step-up request that the provider's side signed. `null` where it signs none.
   * @throws FaceError `caller_untrusted`: not signed by it, or expired
   */
  readonly openStepUpRequest: ((request: string) => Promise<StepUpRequest>) | null;
}
