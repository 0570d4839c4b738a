import { z } from 'zod';
import { isContractLine } from '../../connections/contract.js';
import { version } from '../../core/base/version.js';
import type { Ports } from '../../core/deps.js';
import { toEpochSec } from '../../core/units.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';

const reportLine = z.strictObject({
  line: z.string().refine(isContractLine),
  stated: z.string().min(1).max(300).describe('What facestep assumes about the provider.'),
  seen: z.string().min(1).max(300).describe('What was seen on the tenant, or why nothing was seen.'),
  result: z.enum(['as_stated', 'differs', 'not_seen']),
  tookMs: z.int().min(0),
});
export type ReportLine = z.output<typeof reportLine>;

export const signedReport = z.object({
  report: z.string().describe('A JWS of the type `facestep-contract+jwt`. Its payload has the lines.'),
});

export const createAcceptanceEndpoints = (deps: Ports<'signer' | 'issuer' | 'clock'>): Endpoint[] => [
  adminEndpoint({
    tag: 'Connections',
    path: '/acceptance-reports',
    status: 201,
    right: 'operate',
    summary: 'Sign an acceptance report',
    description:
      'Signs what `facestep accept` saw of a provider. The signature proves that an administrator of this server made the report, not that it is true. Verify it with the keys at /.well-known/jwks.json.',
    fields: z.strictObject({ provider: z.string().regex(/^[a-z]{1,32}$/), lines: z.array(reportLine).min(1).max(20) }),
    reply: signedReport,
    async handle({ fields: { provider, lines } }) {
      const claims = { iss: deps.issuer, iat: toEpochSec(deps.clock.now()), version, provider, lines };
      return { report: await deps.signer.sign('facestep-contract+jwt', claims) };
    },
  }),
];
