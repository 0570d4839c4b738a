import type { Json } from '../base/json.js';
import type { FaceErrorCode } from '../errors.js';
import type { HookCore } from './hook-core.js';

export const hookPath = '/hooks/:connection/:hook';

/** Head of a call, before its body; untrusted. */
export interface RawHead {
  readonly method: string;
  /** Names in lower case; repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** `null` sends no body. */
export interface RawReply {
  readonly status: number;
  readonly body: Json;
}

/** Handles the raw body of a call. @throws FaceError to refuse */
export type Answer = (body: Uint8Array) => Promise<RawReply>;

/**
 * Checks a call before its body is read.
 * @throws FaceError to refuse, above all callers that are not the provider
 * @returns the body's handler, which verifies the caller first unless the headers prove it
 */
export type Admit = (head: RawHead) => Promise<Answer>;

export type HookMethod = 'GET' | 'POST';

export interface HookTerms {
  /** Defaults to `POST`. */
  readonly methods?: readonly HookMethod[];
  /** Provider's time-out less transport, in milliseconds: slower answers count as late. */
  readonly budgetMs: number;
  /**
   * Location of the provider's proof. With `body` the caller is anonymous until the whole body has arrived, and uses
   * the anonymous memory pool.
   */
  readonly proof: 'headers' | 'body';
  refuse(code: FaceErrorCode): RawReply;
  /** Allows the request without claims, for shadow mode. */
  readonly pass: RawReply;
}

/**
 * A genuine `POST` with proof that concerns no user (`src/connections/probe.ts`). Refused as `hook_probed` after the caller is
 * verified; consumes nothing.
 */
export interface HookProbe {
  /** Contain the proof; do not display. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Hook extends HookTerms {
  /** Creates a currently valid probe. `null` if only the provider can prove its identity. */
  readonly probe: (() => HookProbe) | null;
  serve(core: HookCore): Admit;
}

/** Hooks of a connection by name, the last part of `/hooks/<connection>/<name>`. */
export type Hooks = Readonly<Record<string, Hook>>;

export interface ServedHook extends HookTerms {
  readonly admit: Admit;
}

export type ServedHooks = Readonly<Record<string, ServedHook>>;
