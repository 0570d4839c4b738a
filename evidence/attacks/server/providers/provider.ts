import type { JsonObject } from '../../../../src/base/json.js';
import type { Altered } from '../alter.js';
import type { Answer } from '../answer.js';
import type { Header } from '../request.js';

/** User of a hook call. The `bait` has an unused passed face check, which an accepted attack would consume. */
export type About = 'bait' | 'stranger';

export type Bait =
  /** User with an enrolment in the provider's profile and a passed check. */
  | { readonly kind: 'profile'; readonly subject: string }
  /** User without a profile, who passed with a token that a backend keeps. */
  | { readonly kind: 'name'; readonly subject: string }
  /** User whose receipt is sent with the hook call. */
  | { readonly kind: 'receipt'; readonly subject: string }
  /** User whose enrolment the hook would delete. */
  | { readonly kind: 'enrolment'; readonly subject: string };

export interface HookCall {
  readonly about: About;
  readonly id: string;
  readonly receipt: string;
}

export interface HookTarget {
  readonly connection: string;
  readonly hook: string;
  readonly bait: Bait;
  event(call: HookCall): JsonObject;
  sign(body: Buffer): readonly Header[];
  forgeries(body: Buffer): readonly (readonly [string, readonly Header[]])[];
  foreign(body: Buffer): readonly Header[];
  /** True if calls carry provider tokens, so that the server has to fetch the provider's signing keys. */
  readonly fetchesKeys: boolean;
  /** Returns true if the provider would treat the face as checked, or the event as handled. */
  isGranted(answer: Answer): boolean;
}

/** Step-ups stay valid until the attack is over. */
export const attackedPolicy = { mode: 'enforce', liveness: 'off', stepUpTimeoutSec: 3600 };

export interface Provider {
  readonly connection: JsonObject & { readonly id: string };
  readonly hooks: readonly HookTarget[];
  close(): Promise<void>;
}

export const hookAddress = ({ connection, hook }: HookTarget): string => `/hooks/${connection}/${hook}`;

export const toBearerForgeries = (tokens: readonly Altered[]): readonly (readonly [string, readonly Header[]])[] =>
  tokens.map(([variant, token]) => [variant, [['Authorization', `Bearer ${token}`]]]);
