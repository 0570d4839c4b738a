import type { Check, Provisioning } from '../../../adapters/provisioning.js';
import type { ConnectionConfig } from '../../config/connection.js';
import { toCensusFinding } from '../census-text.js';
import type { OperationDeps } from '../deps.js';
import { toFailure, toFailureLines } from '../failure.js';

/** Who would be refused today. Where the provider does not tell, what is wrong with it was found before this. */
export const createCensusCheck = (
  { census }: Pick<Provisioning, 'census'>,
  { policy }: Pick<ConnectionConfig, 'policy'>,
  { log }: Pick<OperationDeps, 'log'>,
): Check => ({
  title: 'Enrolled users',
  async run() {
    try {
      return toCensusFinding(await census(), policy);
    } catch (error) {
      const found = `the provider does not tell: ${toFailureLines(toFailure(error, log)).join(': ')}`;
      return { verdict: 'warn', found, remedy: 'Let the credentials of the service list users.' };
    }
  },
});
