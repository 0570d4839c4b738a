import type { JsonObject } from '../json.js';

/** A user of a simulated provider, who signs in with the right password. */
export interface SimulatedUser {
  readonly login: string;
  /** The id at the provider, which enrolments and step-ups name. */
  readonly subject: string;
}

/** A simulated provider, in `test/simulators`, that an administrator can set up and sign in at, without the real one. */
export interface ProviderSimulation {
  /** What it is called, such as `Okta org`. */
  readonly title: string;
  readonly url: string;
  /** The provider's part of a connection, under its kind's name. Its secrets are made for this run. */
  readonly settings: JsonObject;
  readonly users: readonly SimulatedUser[];
  /**
   * Signs a user in as an application does, with the password.
   * @param answer - to the challenge that an earlier try ended with; `null` at the first
   * @returns what the application gets: tokens and their claims, a refusal, or a challenge
   */
  signIn(login: string, answer: JsonObject | null): Promise<JsonObject>;
  close(): Promise<void>;
}

/** What starts a simulation. */
export type StartSimulation = (options: {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where facestep will be. */
  readonly serverUrl: string;
}) => Promise<ProviderSimulation>;
