import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { JsonObject } from '../src/base/json.js';
import type { StartSimulation } from './simulation.js';

/** Every provider that can be simulated, by the kind of its connections. Only the one asked for is loaded. */
export const simulations: Readonly<Record<string, () => Promise<StartSimulation>>> = {
  okta: async () => (await import('./okta/simulation.js')).startOktaSimulation,
  entra: async () => (await import('./entra/simulation.js')).startEntraSimulation,
  cognito: async () => (await import('./cognito/simulation.js')).startCognitoSimulation,
  onelogin: async () => (await import('./onelogin/simulation.js')).startOneLoginSimulation,
};

/** The logins of the two users every simulation has. */
export const simulatedLogins = ['ada@example.com', 'grace@example.com'] as const;

const claimsGuard = z.record(z.string(), z.json());

/** A token as an application gets it, and what it says. */
export const toShownToken = (name: string, token: string): JsonObject => ({
  [name]: token,
  [`${name}Claims`]: claimsGuard.parse(decodeJwt(token)),
});
