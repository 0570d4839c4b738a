import { connectionGuards } from '../adapters/index.js';
import type { Setup } from '../adapters/setup.js';
import { createConfigGuard } from '../src/config/schema.js';
import type { CoreDeps } from '../src/core/deps.js';
import { type Modes, readModes, settleModes } from '../src/operations/modes.js';
import { createBackground, type Upkeep } from '../src/operations/upkeep.js';

/** A configuration without connections. */
export const emptySetup = (settings: object = {}): Setup => ({
  config: createConfigGuard(connectionGuards).parse(settings),
  connections: [],
});

/** What a running server hands its endpoints. @param setup - as its file says, by then */
export function createTestUpkeep(
  core: Pick<CoreDeps, 'clock' | 'random' | 'log' | 'state' | 'audit' | 'signer'>,
  setup?: () => Setup,
): Upkeep {
  const empty = emptySetup();
  const find = setup ?? (() => empty);
  let modes: Modes = new Map();
  const upkeep: Upkeep = {
    ...core,
    fetch: (url, init) => fetch(url, init),
    background: createBackground(core),
    setup: find,
    modes: () => modes,
    async followModes() {
      await settleModes(find().connections, upkeep);
      modes = await readModes(upkeep);
    },
    trail: { chain: 'of-the-tests', waitingSec: () => 0 },
  };
  return upkeep;
}
