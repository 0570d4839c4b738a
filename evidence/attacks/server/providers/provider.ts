import type { JsonObject } from '../../../../src/base/json.js';
import type { Altered } from '../alter.js';
import type { Answer } from '../answer.js';
import type { Header } from '../request.js';

/** Subject of a hook call. The bait has an unused passed face check; the stranger has nothing. */
export type About = 'bait' | 'stranger';

export type Bait =
  /** Enrolled in the provider's profile, with a passed check. */
  | { readonly kind: 'profile'; readonly subject: string }
  /** Passed with a backend's token, under this name. */
  | { readonly kind: 'name'; readonly subject: string }
  /** A receipt for the hook, for this address. */
  | { readonly kind: 'receipt'; readonly subject: string }
  /** An enrolment that the hook would end. */
  | { readonly kind: 'enrolment'; readonly subject: string };

export interface HookCall {
  readonly about: About;
  /** Each id is another event. */
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
  /** True if calls carry provider tokens, whose keys the server fetches. */
  readonly fetchesKeys: boolean;
  /** True if the provider would treat the face as checked, or the event as handled. */
  isGranted(answer: Answer): boolean;
}

/** Policy of every connection. Step-ups must remain valid from before the attack until the controls after it. */
export const attackedPolicy = { mode: 'enforce', liveness: 'off', stepUpTimeoutSec: 3600 };

export interface Provider {
  readonly connection: JsonObject & { readonly id: string };
  readonly hooks: readonly HookTarget[];
  close(): Promise<void>;
}

export const hookAddress = ({ connection, hook }: HookTarget): string => `/hooks/${connection}/${hook}`;

/** Returns each token as bearer header. */
export const toBearerForgeries = (tokens: readonly Altered[]): readonly (readonly [string, readonly Header[]])[] =>
  tokens.map(([variant, token]) => [variant, [['Authorization', `Bearer ${token}`]]]);
