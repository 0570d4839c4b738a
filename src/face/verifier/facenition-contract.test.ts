import { randomBytes } from 'node:crypto';
import { parameters } from '../../../support/data/parameters.js';
import { createTestSight } from '../../../support/fakes/embedded.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { cheapStretch } from '../../../support/fakes/stretch.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { startApiServer } from '../../../support/servers/api-server.js';
import { runVerifierContract } from '../../../test/contract/verifier.js';
import { Credential } from '../../core/secrets.js';
import { createEnginePool } from '../engine/pool.js';
import { createEmbeddedVerifier } from './embedded.js';
import { createFacenitionVerifier } from './facenition.js';

// The remote verifier against our own server on a real socket: what a caller sees is what the embedded one would show.
runVerifierContract('facenition', async () => {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 16 });
  const embedded = createEmbeddedVerifier({
    engine,
    parameters,
    keys: createKeysInMemory(randomBytes(32)),
    random: systemRandom,
    stretch: cheapStretch,
  });
  const server = await startApiServer({ verifier: embedded });
  const { token } = await server.issue();
  const verifier = createFacenitionVerifier({
    url: server.origin,
    token: new Credential(token),
    clock: server.clock,
    random: systemRandom,
    log: createTextLog(),
    // Both engines share the cores with other tests.
    timeouts: { connectMs: 60_000, headersMs: 300_000, bodyMs: 300_000, totalMs: 300_000 },
  });
  return {
    verifier,
    analysisCache: createTestSight(engine),
    async close() {
      await verifier.close();
      await server.stop();
      await embedded.close();
    },
  };
});
