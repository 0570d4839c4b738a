import type { Json } from '../src/base/json.js';
import type { FaceErrorCode } from '../src/errors.js';
import type { HookCore } from './hook-core.js';

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

/**
 * Looks at a call before a byte of its body is read. Throws `FaceError` to refuse, above all who is not the provider.
 * @returns what takes the body; with the proof in the headers it is verified by then, else the body is verified first
 */
export type Admit = (head: RawHead) => Promise<Answer>;

/** The methods a provider calls with. A `GET` has no body. */
export type HookMethod = 'GET' | 'POST';

/** What can be told of a hook without a call. */
export interface HookTerms {
  /** `POST` alone unless said otherwise. */
  readonly methods?: readonly HookMethod[];
  /** The provider's patience less the way there and back, in milliseconds: an answer that takes longer is counted as late. */
  readonly budgetMs: number;
  /** Where the provider proves who it is. With `body` nobody is known before all of it is there: it is held as a stranger's. */
  readonly proof: 'headers' | 'body';
  /** The provider's own shape of each refusal, without its detail. Total: a new kind does not compile without a reply. */
  refuse(code: FaceErrorCode): RawReply;
  /** Lets through what was asked, as if this service were not there, and claims nothing: for shadow mode. */
  readonly pass: RawReply;
}

/**
 * A `POST` as the provider would send it, with its proof, that asks about nobody (`adapters/probe.ts`). It is refused as
 * `hook_probed`, in any mode: that uses up nothing, and only who proves to be the provider is told it.
 */
export interface HookProbe {
  /** With the proof: not to be shown. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One address a provider calls. */
export interface Hook extends HookTerms {
  /** Makes such a call, good at this moment. `null`: only the provider can prove who it is. */
  readonly probe: (() => HookProbe) | null;
  /** Makes what takes the calls. @param core - what they are answered from */
  serve(core: HookCore): Admit;
}

/** The hooks of a connection by name: the last part of the address, `/hooks/<connection>/<name>`. */
export type Hooks = Readonly<Record<string, Hook>>;

/** A hook that takes calls. */
export interface ServedHook extends HookTerms {
  readonly admit: Admit;
}

/** Those of a connection by name. */
export type ServedHooks = Readonly<Record<string, ServedHook>>;
