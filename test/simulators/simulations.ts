import type { StartSimulation } from '../../src/cli/simulation.js';

/** Every provider that can be simulated, by the kind of its connections. Only the one asked for is loaded. */
export const simulations: Readonly<Record<string, () => Promise<StartSimulation>>> = {
  okta: async () => (await import('./okta/simulation.js')).startOktaSimulation,
};
