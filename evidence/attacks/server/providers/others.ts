import { randomBytes } from 'node:crypto';
import { startCognitoSimulator } from '../../../../simulators/cognito/index.js';
import { startScimSimulator } from '../../../../simulators/scim/index.js';
import type { OidcClients } from '../clients.js';
import { attackedPolicy, type Provider } from './provider.js';

export interface CognitoProvider extends Provider {
  readonly requestSecret: string;
  readonly userPoolId: string;
  readonly clientId: string;
}

export async function openCognito(id: string, clients: OidcClients): Promise<CognitoProvider> {
  const simulator = await startCognitoSimulator();
  const { id: userPoolId } = await simulator.createPool();
  const requestSecret = randomBytes(32).toString('base64url');
  const clientId = 'siegeappclient';
  return {
    requestSecret,
    userPoolId,
    clientId,
    hooks: [],
    connection: {
      id,
      kind: 'cognito',
      policy: attackedPolicy,
      oidc: { clients: clients.configured(id) },
      cognito: {
        userPoolId,
        clientIds: [clientId],
        endpoint: simulator.url,
        triggers: { requestSecret },
        credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
      },
    },
    close: () => simulator.close(),
  };
}

export async function openScim(id: string, clients: OidcClients): Promise<Provider> {
  const simulator = await startScimSimulator();
  simulator.addUser('field@example.com');
  return {
    hooks: [],
    connection: {
      id,
      kind: 'scim',
      policy: attackedPolicy,
      oidc: { clients: clients.configured(id) },
      scim: { baseUrl: simulator.baseUrl, auth: { kind: 'bearer', token: simulator.bearer } },
    },
    close: () => simulator.close(),
  };
}
