import { z } from 'zod';
import { faceErrorCodes } from '../errors.js';
import type { ApiDeps } from '../rest/deps.js';
import { adminEndpoint, type Endpoint } from '../rest/endpoint.js';

const paths = z.array(z.string());

/** What concerns the configuration of a running server. */
export function createConfigurationEndpoints(deps: ApiDeps): Endpoint[] {
  return [
    adminEndpoint({
      ...({ versions: [1, 2], tag: 'Administrators', status: 200, ours: true, photos: {} } as const),
      method: 'POST',
      path: '/configuration/reload',
      right: 'operate',
      summary: 'Load the configuration anew',
      description:
        'Of this server alone. It is read and checked as at the start; connections, hooks and OpenID providers are built anew and take over between two requests. One that is not valid, or cannot be built, changes nothing. No value is told.',
      codes: [],
      fields: z.strictObject({}),
      reply: z.strictObject({
        code: z.enum(faceErrorCodes).nullable().describe('Why it is not in force; `null`: it is.'),
        changed: paths.describe('What changed, by path.'),
        needingRestart: paths.describe('What differs from what is in force, and takes force at a restart alone.'),
        problems: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
        switched: z
          .array(z.strictObject({ connection: z.string(), mode: z.enum(['shadow', 'enforce']), by: z.string() }))
          .describe('Connections in a mode that was switched by hand, over what the configuration says.'),
      }),
      async handle({ administrator }) {
        const { code, changed, needingRestart, problems, switched } = await deps.reload(administrator.name);
        return {
          code,
          changed: [...changed],
          needingRestart: [...needingRestart],
          problems: problems.map((each) => ({ ...each })),
          switched: switched.map((each) => ({ ...each })),
        };
      },
    }),
  ];
}
