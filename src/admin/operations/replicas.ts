import { z } from 'zod';
import { type Check, pass, warn } from '../../connections/provisioning.js';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, epochMs, epochMsGuard } from '../../core/units.js';

/*
 * The servers on one state store. Each says every minute what it runs, because different releases or models decide
 * differently about the same face.
 */

export const noteReplicaEverySec = 60;
/** After this time without a note, a server has ended. */
const goneAfterSec = 3 * noteReplicaEverySec;

const replicaGuard = z.object({ release: z.string(), computes: z.string(), seenAt: epochMsGuard });
const replicasGuard = z.record(z.string(), replicaGuard);
type Replicas = z.output<typeof replicasGuard>;

const stored = {
  key: 'replicas',
  guard: replicasGuard,
  expiresAt: (replicas: Replicas): EpochMs =>
    addSec(epochMs(Math.max(0, ...Object.values(replicas).map(({ seenAt }) => seenAt))), goneAfterSec),
  relaxedDurability: true,
};

const running = (replicas: Replicas | null, now: EpochMs): Replicas =>
  Object.fromEntries(Object.entries(replicas ?? {}).filter(([, { seenAt }]) => addSec(seenAt, goneAfterSec) > now));

export interface ThisReplica {
  /** Name of its audit log's hash chain. */
  readonly chain: string;
  readonly release: string;
  /** Digest of what computes: release, models, runtime and processor. */
  readonly computes: string;
}

/** Notes what this server runs. */
export async function noteReplica(
  { chain, release, computes }: ThisReplica,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  const own = { release, computes, seenAt: clock.now() };
  await changeStored(stored, (found) => ({ ...running(found, own.seenAt), [chain]: own }), { state });
}

/** Creates the check that all servers run the same. */
export const createReplicasCheck = (deps: Ports<'state' | 'clock'>): Check => ({
  title: 'Replicas',
  async run() {
    const found = (await readStored(stored, deps))?.record ?? null;
    const replicas = Object.entries(running(found, deps.clock.now()));
    const list = replicas.map(
      ([chain, { release, computes }]) => `${chain.slice(0, 8)} ${release} (computes ${computes})`,
    );
    const isOne = (values: readonly string[]): boolean => new Set(values).size < 2;
    if (!isOne(replicas.map(([, { release }]) => release)))
      return warn(
        `replicas run different releases: ${list.join(', ')}`,
        'Stop the old ones: releases cannot serve together.',
      );
    if (!isOne(replicas.map(([, { computes }]) => computes)))
      return warn(
        `replicas compute faces differently: ${list.join(', ')}`,
        'Use the same models, runtime and processor architecture on every replica: compare “recognition”, “passive liveness” and “model runtime” in their logs.',
      );
    return pass(`${replicas.length} running, all the same: ${list.join(', ')}`);
  },
});
