import { randomBytes } from 'node:crypto';
import { oktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import type { JsonObject } from '../../src/base/json.js';
import { epochMs } from '../../src/core/units.js';
import { createTextLog } from '../sinks.js';
import { type ServerUnderTest, startServerUnderTest } from './server.js';

export interface Stage extends ServerUnderTest {
  addUser(): Promise<string>;
}

/** Starts an Okta simulator and the server. */
export async function startStage(
  policies: Readonly<Record<string, JsonObject>>,
  clients: readonly JsonObject[] = [],
): Promise<Stage> {
  const okta = await startOktaSimulator();
  const port = await findFreePort();
  const settings = {
    orgUrl: okta.url,
    auth: { kind: 'api_token', token: okta.apiToken },
    hooks: { secret: { header: 'authorization', value: `Bearer ${randomBytes(24).toString('base64url')}` } },
  };
  const connections = Object.entries(policies).map(([id, policy]) => ({
    ...{ id, kind: 'okta', policy: { mode: 'shadow', ...policy }, okta: settings },
    ...(clients.length === 0 ? {} : { oidc: { clients } }),
  }));
  const server = await startServerUnderTest({ port, connections });
  const { steps } = createOktaProvisioning({
    settings: oktaConnectionGuard.parse(connections[0]),
    ...{ publicUrl: server.url, clock: { now: () => epochMs(Date.now()) }, random: randomBytes, log: createTextLog() },
    fetch: (address, init) => fetch(address, init),
  });
  // Runs only the step that creates the token's profile attribute, because the page needs no hooks.
  await steps[0]?.apply();
  let users = 0;
  return {
    ...server,
    addUser() {
      users += 1;
      return okta.createUser({ login: `user-${users}@example.com`, password: 'first factor' });
    },
    async close() {
      await server.close();
      await okta.close();
    },
  };
}
