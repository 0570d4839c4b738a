import { randomBytes } from 'node:crypto';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProfile } from '../../adapters/okta/profile.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import type { Log, Random } from '../../src/core/ports.js';
import { type EpochMs, epochMs } from '../../src/core/units.js';

export const quietLog: Log = { info() {}, warn() {}, error() {} };

export const systemRandom: Random = (bytes) => randomBytes(bytes);

export const systemClock = { now: (): EpochMs => epochMs(Date.now()) };

/** Starts a simulated Okta org, and returns it with the settings of a connection to it. */
export async function startOrg() {
  const okta = await startOktaSimulator();
  return { okta, settings: okta.toSettings(`Bearer ${randomBytes(24).toString('base64url')}`) };
}

/** Connects to the org with these settings, as the server of that URL does. */
export function connectOrg(connection: unknown, publicUrl: string) {
  const settings = createOktaConnectionGuard([]).parse(connection);
  const ports = { fetch: (url: string, init: RequestInit) => fetch(url, init), log: quietLog };
  const deps = { settings, publicUrl, clock: systemClock, random: systemRandom, ...ports };
  return {
    attribute: settings.okta.attribute,
    profile: createOktaProfile(settings, ports),
    steps: createOktaProvisioning(deps).steps,
  };
}
