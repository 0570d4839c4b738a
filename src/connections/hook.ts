import type { Json } from '../core/base/json.js';
import type { FaceErrorCode } from '../errors.js';
import type { HookCore } from './hook-core.js';

export const hookPath = '/hooks/:connection/:hook';

/** Method and headers of a call, received before its body and not yet trusted. */
export interface RawHead {
  readonly method: string;
  /** Header names in lower case. Repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface RawReply {
  readonly status: number;
  readonly body: Json;
}

export type Answer = (body: Uint8Array) => Promise<RawReply>;

/**
 * Checks the head of a call before its body is read.
 * @throws FaceError if the call is refused
 * @returns the handler of the body, which must verify the caller if the headers do not prove it
 */
export type Admit = (head: RawHead) => Promise<Answer>;

export type HookMethod = 'GET' | 'POST';

export interface HookTerms {
  readonly methods?: readonly HookMethod[];
  /** Time limit of the answer, in milliseconds: the provider's timeout minus the time for transport. */
  readonly budgetMs: number;
  /**
   * Part of the call that authenticates the provider. With `body`, the caller counts as anonymous until the body has
   * arrived.
   */
  readonly proof: 'headers' | 'body';
  refuse(code: FaceErrorCode): RawReply;
  /** Reply that lets the sign-in continue without claims, for shadow mode. */
  readonly pass: RawReply;
}

/**
 * A test call with valid proof and no user, made by `facestep doctor`. The hook verifies the caller and refuses with
 * `hook_probed`.
 */
export interface HookProbe {
  /** Headers that authenticate the test call. They must not be displayed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Hook extends HookTerms {
  /** Creates a test call, or `null` if only the provider can prove its identity. */
  readonly probe: (() => HookProbe) | null;
  serve(core: HookCore): Admit;
}

/** Hooks of a connection by name, the last part of `/hooks/<connection>/<name>`. */
export type Hooks = Readonly<Record<string, Hook>>;

export interface ServedHook extends HookTerms {
  readonly admit: Admit;
}

export type ServedHooks = Readonly<Record<string, ServedHook>>;
