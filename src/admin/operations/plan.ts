import type { Census } from '../../connections/census.js';
import type { Ports } from '../../core/deps.js';
import { toCensusFinding } from './census-text.js';
import { toFailure } from './failure.js';
import { nameSteps, type OpenConnection } from './open-connection.js';
import { planSteps, pushingSecret, type StepReport } from './steps.js';

export interface PlannedStep {
  readonly id: string;
  readonly title: string;
  readonly found: StepReport;
}

export interface CountedUsers extends Census {
  readonly found: string;
  readonly remedy: string | null;
}

/** Inspects every step and counts enrolled users. Nothing is changed. */
export async function planConnection(
  opened: OpenConnection,
  { pushSecrets }: { readonly pushSecrets: boolean },
  deps: Ports<'log'>,
): Promise<{ readonly steps: readonly PlannedStep[]; readonly census: CountedUsers | null }> {
  const { steps } = opened.provisioning;
  const named = nameSteps(pushSecrets ? steps.map(pushingSecret) : steps);
  const census = countUsers(opened, deps);
  const planned: PlannedStep[] = [];
  for (const { id, step } of named) {
    for await (const { title, before } of planSteps([step], deps.log)) planned.push({ id, title, found: before });
  }
  return { steps: planned, census: await census };
}

/** Counts users, which takes up to a minute. @returns `null` if the provider cannot be queried */
export async function countUsers(
  { connection, provisioning }: OpenConnection,
  { log }: Ports<'log'>,
): Promise<CountedUsers | null> {
  try {
    const census = await provisioning.census();
    const { found, remedy } = toCensusFinding(census, connection.policy);
    return { ...census, found, remedy };
  } catch (error) {
    const { code, detail } = toFailure(error, log);
    log.warn('cannot report who is enrolled', { connection: connection.id, code, detail });
    return null;
  }
}
