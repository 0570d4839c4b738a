import type { Adapter } from '../../connections/adapter.js';
import type { EnrolmentCoverage } from '../../connections/coverage.js';
import type { Provisioning, ProvisionStep } from '../../connections/provisioning.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import type { Policy } from '../../core/connection.js';
import { refusesEveryone } from '../../core/rules/rule.js';
import { FaceError } from '../../errors.js';
import { applyModes } from './modes.js';
import type { OperationsPorts } from './operations-context.js';

export interface OpenConnection {
  readonly connection: ConfiguredConnection;
  readonly adapter: Adapter;
  readonly provisioning: Provisioning;
}

/** Finds a connection and applies a manual override of its mode. */
export function findConfigured(id: string, { setup, modes }: OperationsPorts<'setup' | 'modes'>): ConfiguredConnection {
  const found = applyModes(setup(), modes()).connections.find((connection) => connection.id === id);
  if (found === undefined) throw new FaceError('connection_unknown');
  return found;
}

export async function openConnection(id: string, deps: OperationsPorts<'setup' | 'modes'>): Promise<OpenConnection> {
  const connection = findConfigured(id, deps);
  const adapter = await connection.createAdapter(requirePublicUrl(deps.setup()));
  return { connection, adapter, provisioning: await adapter.createProvisioning() };
}

/** A step with an id: its title in lower case, with a number if not unique. */
export interface NamedStep {
  readonly id: string;
  readonly step: ProvisionStep;
}

export function nameSteps(steps: readonly ProvisionStep[]): NamedStep[] {
  const used = new Set<string>();
  return steps.map((step) => {
    const name = step.title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '');
    let id = name;
    for (let number = 2; used.has(id); number += 1) id = `${name}-${number}`;
    used.add(id);
    return { id, step };
  });
}

/** Returns true if it is known that enforcing would refuse every user. */
export const wouldRefuseAll = (census: EnrolmentCoverage | null, policy: Pick<Policy, 'mode' | 'rules'>): boolean =>
  refusesEveryone(policy) && census !== null && census.enrolled === 0;

export function requirePublicUrl({ config: { publicUrl } }: Setup): string {
  if (publicUrl !== null) return publicUrl;
  const reason = 'expected the address where the provider reaches this server';
  throw new FaceError('config_invalid', { problems: [{ path: 'publicUrl', reason }] });
}
