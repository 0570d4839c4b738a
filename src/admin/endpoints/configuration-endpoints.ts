import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import type { ReloadPorts } from '../operations/operations-context.js';
import { reloadReply } from '../replies/operations.js';

export function createConfigurationEndpoints(deps: ReloadPorts): Endpoint[] {
  return [
    adminEndpoint({
      tag: 'Administrators',
      path: '/configuration/reload',
      right: 'operate',
      summary: 'Reload the configuration',
      description:
        'Reloads the configuration of this server only. The file is read and validated as at the start. Connections, hooks and OpenID providers are rebuilt and replaced between two requests. An invalid configuration changes nothing. Values are never returned.',
      reply: reloadReply,
      handle: ({ administrator }) => deps.reload(administrator.name),
    }),
  ];
}
