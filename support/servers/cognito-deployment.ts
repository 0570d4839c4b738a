import { providers } from '../../adapters/index.js';
import { atSimulator, deployTriggers, lambdaConfig, triggerFunctions } from '../../simulators/cognito/deploy.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import { loadSetup, type Setup } from '../../src/connections/setup.js';
import type { Fetch } from '../../src/core/ports.js';
import { connectionAdditions, sections } from '../../src/extensions/index.js';
import { endAfterwards } from '../run/for-file.js';
import type { ApiServer } from './api-server.js';

const requestSecret = 'a-secret-that-the-functions-sign-with-0123456789';
const clientId = '1example23456789';

/** Starts a user pool that calls the four functions. The connection `customers` names them. */
export async function startCognitoDeployment() {
  const simulator = await startCognitoSimulator();
  const pool = await simulator.createPool({ LambdaConfig: lambdaConfig });
  const reach: Fetch = (url, init) => fetch(atSimulator(url, simulator.url), init);
  return {
    simulator,
    pool,
    reach,
    /** @param mode - `FACESTEP_MODE` of the functions */
    deploy(mode: string, environment: Readonly<Record<string, string>> = {}): void {
      deployTriggers(simulator.lambda, pool, {
        connection: 'customers',
        publicUrl: 'https://face.example.com',
        clientIds: [clientId],
        requestSecret,
        receiptKeys: '{"keys":[]}',
        environment: { FACESTEP_MODE: mode, ...environment },
      });
    },
    /** @param mode - `policy.mode` of the connection */
    configure(
      mode: 'shadow' | 'enforce',
      dataFolder: string,
      server: Pick<ApiServer, 'deps' | 'origin'>,
    ): Promise<Setup> {
      const { clock, random, log } = server.deps;
      const cognito = {
        userPoolId: pool.id,
        clientIds: [clientId],
        endpoint: simulator.url,
        credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'of-the-test' },
        triggers: { requestSecret, functions: triggerFunctions },
      };
      const connections = [{ id: 'customers', kind: 'cognito', policy: { mode }, cognito }];
      return loadSetup(providers, {
        sections,
        additions: connectionAdditions,
        clock,
        random,
        log,
        env: { FACESTEP_CONFIG: 'of the test' },
        readFile: async () => JSON.stringify({ dataFolder, publicUrl: server.origin, connections }),
        onSecretUsed: () => {},
        fetch: reach,
      });
    },
    close: endAfterwards(() => simulator.close()),
  };
}

export type CognitoDeployment = Awaited<ReturnType<typeof startCognitoDeployment>>;
