import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { JsonObject } from '../src/core/base/json.js';

export interface SimulatedUser {
  readonly login: string;
  readonly subject: string;
}

export interface ProviderSimulation {
  readonly title: string;
  readonly url: string;
  /** Settings of the connection, with secrets that were created for this simulation. */
  readonly settings: JsonObject;
  readonly oidc?: JsonObject;
  readonly application: string;
  readonly signInPage?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly users: readonly SimulatedUser[];
  /** When the face is checked: before the sign-in, or in answer to the challenge of the sign-in. */
  readonly faceCheck: 'before' | 'challenge';
  /**
   * Signs a user in with the password.
   * @returns what the application gets: tokens with claims, an error, or a challenge
   */
  signIn(login: string, answer: { readonly session: string; readonly receipt: string } | null): Promise<JsonObject>;
  /** Loses data of a user, as a directory that is at fault. @returns a function that restores it */
  lose(subject: string, lost: Lost): () => void;
  close(): Promise<void>;
}

export type Lost = 'the user' | 'the token';

export type StartSimulation = (options: {
  readonly port: number;
  readonly connection: string;
  readonly serverUrl: string;
}) => Promise<ProviderSimulation>;

export const simulatedLogins = ['ada@example.com', 'grace@example.com'] as const;

/** Group of the first user, so that a rule can be tried. */
export const simulatedGroup = 'Finance';

const claimsGuard = z.record(z.string(), z.json());

export const toShownToken = (name: string, token: string): JsonObject => ({
  [name]: token,
  [`${name}Claims`]: claimsGuard.parse(decodeJwt(token)),
});

/** Loses a user of a directory, or the token of the user. @returns a function that restores the user */
export function loseIn<Id, User>(
  users: Map<Id, User>,
  id: Id,
  lost: Lost,
  withoutToken: (user: User) => User,
): () => void {
  const user = users.get(id);
  if (user === undefined) throw new Error('no such user');
  if (lost === 'the user') users.delete(id);
  else users.set(id, withoutToken(user));
  return () => void users.set(id, user);
}

export const withoutTokens = <Value>(attributes: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => !String(value).startsWith('fv1.')));
