import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { JsonObject } from '../src/base/json.js';

export interface SimulatedUser {
  readonly login: string;
  /** Id at the provider, used in enrolments and step-ups. */
  readonly subject: string;
}

/** A simulated provider that an administrator can configure and sign in to. */
export interface ProviderSimulation {
  /** Display name, such as `Okta org`. */
  readonly title: string;
  readonly url: string;
  /** Provider settings of a connection, under its kind's name. Secrets are made for this run. */
  readonly settings: JsonObject;
  /** OpenID provider settings of the connection, if any. */
  readonly oidc?: JsonObject;
  /** Application id that the hook receives. */
  readonly application: string;
  readonly signInPage?: string;
  /** Environment variables for the server and the commands. */
  readonly environment: Readonly<Record<string, string>>;
  readonly users: readonly SimulatedUser[];
  /** When the face is checked: before the sign-in, or in answer to its challenge. */
  readonly faceCheck: 'before' | 'challenge';
  /**
   * Signs a user in with the password.
   * @param answer - to an earlier challenge; `null` at first
   * @returns what the application gets: tokens with claims, an error, or a challenge
   */
  signIn(login: string, answer: SignInAnswer | null): Promise<JsonObject>;
  close(): Promise<void>;
}

export interface SignInAnswer {
  readonly session: string;
  readonly receipt: string;
}

export type StartSimulation = (options: {
  /** 0 picks a free port. */
  readonly port: number;
  /** Name of the connection in the configuration. */
  readonly connection: string;
  /** URL of facestep, without a trailing slash. */
  readonly serverUrl: string;
}) => Promise<ProviderSimulation>;

/** Logins of the two users of every simulation. */
export const simulatedLogins = ['ada@example.com', 'grace@example.com'] as const;

const claimsGuard = z.record(z.string(), z.json());

/** Returns a token with its decoded claims. */
export const toShownToken = (name: string, token: string): JsonObject => ({
  [name]: token,
  [`${name}Claims`]: claimsGuard.parse(decodeJwt(token)),
});
