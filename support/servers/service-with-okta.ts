import { configure, newAdminKey, startService } from '../../examples/demo/service.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { modelsFolder } from '../run/paths.js';

/** Starts a server in its own process, with the embedded verifier and a connection `workforce` to a simulated Okta. */
export async function startServiceWithOkta(folder: string) {
  const okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
  const adminKey = newAdminKey();
  const connection = {
    id: 'workforce',
    kind: 'okta',
    policy: { mode: 'enforce' },
    okta: okta.toSettings('a secret of the test hooks'),
  };
  const verifier = { kind: 'embedded', workers: 1 };
  const settings = { modelsFolder, connections: [connection], verifier, stopDelaySec: 1 };
  const service = await startService(await configure(folder, settings, { port: '0', adminKey }));
  return {
    okta,
    adminKey,
    service,
    async close() {
      await service.stop();
      await okta.close();
    },
  };
}
