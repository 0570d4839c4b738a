import type { Adapter } from '../../adapters/adapter.js';
import type { Census } from '../../adapters/census.js';
import type { Provisioning, ProvisionStep } from '../../adapters/provisioning.js';
import type { ConfiguredConnection } from '../../adapters/setup.js';
import type { Policy } from '../core/connection.js';
import { FaceError } from '../errors.js';
import { putInForce } from './modes.js';
import { requirePublicUrl } from './public-url.js';
import type { Upkeep } from './upkeep.js';

/** One connection at its provider, in the mode that is in force. */
export interface OpenConnection {
  readonly connection: ConfiguredConnection;
  readonly adapter: Adapter;
  readonly provisioning: Provisioning;
}

/** The connection of that id, in the mode that is in force. @throws FaceError `connection_unknown` */
export function findConfigured(id: string, { setup, modes }: Upkeep): ConfiguredConnection {
  const found = putInForce(setup(), modes()).connections.find((connection) => connection.id === id);
  if (found === undefined) throw new FaceError('connection_unknown');
  return found;
}

/** @throws FaceError `connection_unknown`, `config_invalid` */
export async function openConnection(id: string, deps: Upkeep): Promise<OpenConnection> {
  const connection = findConfigured(id, deps);
  const adapter = await connection.createAdapter(requirePublicUrl(deps.setup()));
  return { connection, adapter, provisioning: await adapter.createProvisioning() };
}

/** A step, and what it is called in calls: its title in lower case, and a number where others have the same. */
export interface NamedStep {
  readonly id: string;
  readonly step: ProvisionStep;
}

export function nameSteps(steps: readonly ProvisionStep[]): NamedStep[] {
  const taken = new Map<string, number>();
  return steps.map((step) => {
    const name = step.title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '');
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return { id: count === 1 ? name : `${name}-${count}`, step };
  });
}

/**
 * Whether a connection in that mode would refuse everybody. Where the provider does not tell who is enrolled, nobody knows: that
 * is in nobody's way.
 */
export const wouldRefuseAll = (census: Census | null, { mode }: Pick<Policy, 'mode'>): boolean =>
  mode === 'enforce' && census !== null && census.enrolled === 0;
