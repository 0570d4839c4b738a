import type { StartSimulation } from './simulation.js';

export const simulations: Readonly<Record<string, () => Promise<StartSimulation>>> = {
  okta: async () => (await import('./okta/simulation.js')).startOktaSimulation,
  entra: async () => (await import('./entra/simulation.js')).startEntraSimulation,
  cognito: async () => (await import('./cognito/simulation.js')).startCognitoSimulation,
  onelogin: async () => (await import('./onelogin/simulation.js')).startOneLoginSimulation,
  scim: async () => (await import('./scim/simulation.js')).startScimSimulation,
};
