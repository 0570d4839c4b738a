import type { JsonObject } from '../../../../src/base/json.js';
import type { Altered } from '../alter.js';
import type { Answer } from '../answer.js';
import type { Header } from '../request.js';

/** Who a hook is asked about. The bait has passed a face check that no hook has used yet; of the stranger nothing is known. */
export type About = 'bait' | 'stranger';

/** How the bait of a hook is laid. */
export type Bait =
  /** Enrolled in the provider's profile, and passed. */
  | { readonly kind: 'profile'; readonly subject: string }
  /** Passed with a token that a backend keeps, under this name. */
  | { readonly kind: 'name'; readonly subject: string }
  /** A receipt for the hook, in the name of this address. */
  | { readonly kind: 'receipt'; readonly subject: string }
  /** Enrolled: the hook would end that. */
  | { readonly kind: 'enrolment'; readonly subject: string };

/** Names a call, and makes it one of its own. */
export interface HookCall {
  readonly about: About;
  /** Another id is another event. */
  readonly id: string;
  /** One that is good now, where the bait is a receipt. */
  readonly receipt: string;
}

/** One hook, as its provider calls it. */
export interface HookTarget {
  readonly connection: string;
  readonly hook: string;
  readonly bait: Bait;
  event(call: HookCall): JsonObject;
  /** What proves the provider to be the caller. */
  sign(body: Buffer): readonly Header[];
  /** What somebody else might show in its place, by what is wrong with it. */
  forgeries(body: Buffer): readonly (readonly [string, readonly Header[]])[];
  /** What another tenant of this server shows to its own hooks. */
  foreign(body: Buffer): readonly Header[];
  /** True if calls carry tokens of the provider, and the server fetches its keys again for a key it does not know. */
  readonly fetchesKeys: boolean;
  /** Whether the provider would go on as if a face had been checked, or an event were heard. */
  isGranted(answer: Answer): boolean;
}

/** The policy of every connection. Step-ups that are made before the attack last until the controls after it. */
export const attackedPolicy = { mode: 'enforce', liveness: 'off', stepUpTimeoutSec: 3600 };

/** A simulated provider behind one connection. */
export interface Provider {
  readonly connection: JsonObject & { readonly id: string };
  readonly hooks: readonly HookTarget[];
  close(): Promise<void>;
}

/** The address of a hook. */
export const hookAddress = ({ connection, hook }: HookTarget): string => `/hooks/${connection}/${hook}`;

/** Each token as the bearer of a request. */
export const toBearerForgeries = (tokens: readonly Altered[]): readonly (readonly [string, readonly Header[]])[] =>
  tokens.map(([variant, token]) => [variant, [['Authorization', `Bearer ${token}`]]]);
