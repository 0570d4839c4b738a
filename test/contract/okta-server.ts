import { createBodyPools } from '../../src/http/request-budget.js';
import { startApiServer, toForm } from '../../support/servers/api-server.js';
import { startTestTransmitter } from '../../support/servers/transmitter.js';
import type { OktaBench } from './okta.js';

export type OktaServer = Awaited<ReturnType<typeof startOktaServer>>;

export async function startOktaServer(bench: OktaBench, adapter = bench.adapter, bodyPools = createBodyPools()) {
  const { core } = bench;
  const transmitter = await startTestTransmitter(core);
  const server = await startApiServer({
    core,
    bodyPools,
    verifier: core.verifier,
    state: { ...core.state, close: async () => {} },
    connections: new Map([['workforce', adapter.connection]]),
    hooks: new Map([['workforce', adapter.hooks]]),
    transmitter: async () => transmitter.securityEvents,
  });
  const { token } = await server.issue(['enrol', 'verify'], 'workforce');
  return {
    api: server,
    origin: server.origin,
    rooms: bodyPools,
    async stop() {
      await server.stop();
      await transmitter.close();
    },
    async post(path: string, fields: Record<string, string>, photos: readonly Uint8Array[] = []) {
      const form = toForm({ ...fields, ...(photos.length === 0 ? {} : { photo: photos }) });
      const { status, body } = await server.postForm(path, form, { 'x-auth-token': token });
      return { status, body: body as Record<string, string> };
    },
  };
}
