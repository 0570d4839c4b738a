import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { JsonObject } from '../src/base/json.js';

/** A user of a simulated provider, who signs in with the right password. */
export interface SimulatedUser {
  readonly login: string;
  /** The id at the provider, which enrolments and step-ups name. */
  readonly subject: string;
}

/** A simulated provider, in `simulators`, that an administrator can set up and sign in at, without the real one. */
export interface ProviderSimulation {
  /** What it is called, such as `Okta org`. */
  readonly title: string;
  readonly url: string;
  /** The provider's part of a connection, under its kind's name. Its secrets are made for this run. */
  readonly settings: JsonObject;
  /** What goes into the connection beside them: its OpenID provider, where it has one. */
  readonly oidc?: JsonObject;
  /** The application that users sign in to, by the id that the hook is told. */
  readonly application: string;
  /** Where a browser signs the first user in, as that user. */
  readonly signInPage?: string;
  /** Variables that the server and the commands need beside the configuration. */
  readonly environment: Readonly<Record<string, string>>;
  readonly users: readonly SimulatedUser[];
  /** When the face is checked: before the sign-in, whose hook then finds it, or in answer to its challenge. */
  readonly faceCheck: 'before' | 'challenge';
  /**
   * Signs a user in as an application does, with the password.
   * @param answer - to the challenge that an earlier try ended with; `null` at the first
   * @returns what the application gets: tokens and their claims, a refusal, or a challenge
   */
  signIn(login: string, answer: SignInAnswer | null): Promise<JsonObject>;
  close(): Promise<void>;
}

/** An answer to the challenge of a sign-in. */
export interface SignInAnswer {
  /** As the challenge came with. */
  readonly session: string;
  /** What the step-up ended in. */
  readonly receipt: string;
}

/** What starts a simulation. */
export type StartSimulation = (options: {
  /** 0 takes any free port. */
  readonly port: number;
  /** What the connection is called in the configuration. */
  readonly connection: string;
  /** Where facestep will be, without a slash at the end. */
  readonly serverUrl: string;
}) => Promise<ProviderSimulation>;

/** The logins of the two users every simulation has. */
export const simulatedLogins = ['ada@example.com', 'grace@example.com'] as const;

const claimsGuard = z.record(z.string(), z.json());

/** A token as an application gets it, and what it says. */
export const toShownToken = (name: string, token: string): JsonObject => ({
  [name]: token,
  [`${name}Claims`]: claimsGuard.parse(decodeJwt(token)),
});
