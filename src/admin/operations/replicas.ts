import { z } from 'zod';
import { type Check, pass, warn } from '../../connections/provisioning.js';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import type { State } from '../../core/ports.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/*
 * The servers on one state store. Each says every minute what it runs. Releases cannot serve together, because the
 * records of one may be unreadable for the other. Different models decide differently about the same face.
 */

export const noteReplicaEverySec = 60;
/** After this time without a note, a server counts as gone. */
const goneAfterSec = 3 * noteReplicaEverySec;

const replicaGuard = z.object({
  release: z.string(),
  computes: z.string(),
  seenAt: epochMsGuard,
  /** Public key of its process that parses pictures. */
  pictureKey: z.string().nullable().default(null),
});
const replicasGuard = z.record(z.string(), replicaGuard);
type Replicas = z.output<typeof replicasGuard>;

const key = 'replicas';
const guard = replicasGuard;

const running = (replicas: Replicas | null, now: EpochMs): Replicas =>
  Object.fromEntries(Object.entries(replicas ?? {}).filter(([, { seenAt }]) => addSec(seenAt, goneAfterSec) > now));

export interface ThisReplica {
  /** Name of its audit log's hash chain. */
  readonly chain: string;
  readonly release: string;
  /** Digest of what computes: release, models, runtime and processor. */
  readonly computes: string;
  /** `null` while the process that parses pictures does not run. */
  readonly pictureKey: string | null;
}

/** Changes the stored notes. `change` receives those of the other running servers. */
async function changeReplicas(
  chain: string,
  change: (others: Replicas) => Replicas,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  const now = clock.now();
  const expiresAt = (): EpochMs => addSec(now, goneAfterSec);
  const changeFound = (found: Replicas | null): Replicas => {
    const { [chain]: _, ...others } = running(found, now);
    return change(others);
  };
  await changeStored({ key, guard, expiresAt, relaxedDurability: true }, changeFound, { state });
}

/**
 * Checks that no server of another release runs. Writes nothing.
 * @param chain - `null` if this server has no audit log yet
 * @throws `release_differs`, `state_unavailable`
 */
export async function checkReleases(
  chain: string | null,
  release: string,
  deps: Ports<'clock'> & { readonly state: Pick<State, 'read'> },
): Promise<void> {
  const found = (await readStored({ key, guard }, deps))?.record ?? null;
  const others = Object.entries(running(found, deps.clock.now())).filter(([each]) => each !== chain);
  refuseOthers(others, release);
}

/** Notes what this server runs. */
export async function noteReplica({ chain, ...replica }: ThisReplica, deps: Ports<'state' | 'clock'>): Promise<void> {
  const own = { ...replica, seenAt: deps.clock.now() };
  await changeReplicas(chain, (others) => ({ ...others, [chain]: own }), deps);
}

/**
 * Notes a server that starts, unless a server of another release runs. Of two that start together, one is refused.
 * @throws `release_differs`, `state_unavailable`
 */
export async function joinReplicas({ chain, ...replica }: ThisReplica, deps: Ports<'state' | 'clock'>): Promise<void> {
  const own = { ...replica, seenAt: deps.clock.now() };
  const join = (others: Replicas): Replicas => {
    refuseOthers(Object.entries(others), own.release);
    return { ...others, [chain]: own };
  };
  await changeReplicas(chain, join, deps);
}

/** @throws `release_differs` */
function refuseOthers(others: readonly (readonly [string, Replicas[string]])[], thisRelease: string): void {
  const differing = others.filter(([, { release }]) => release !== thisRelease);
  if (differing.length === 0) return;
  const servers = differing.map(
    ([chain, { release, seenAt }]) => `${chain.slice(0, 8)}, release ${release}, last seen ${toIso(seenAt)}`,
  );
  const lastSeen = Math.max(...differing.map(([, { seenAt }]) => seenAt));
  throw new FaceError('release_differs', {
    thisRelease,
    running: servers.join('; '),
    goneAt: toIso(addSec(epochMs(lastSeen), goneAfterSec)),
  });
}

/** Returns the public keys to which pages encrypt pictures, of all servers that noted theirs. */
export async function readPictureKeys(deps: Ports<'state' | 'clock'>): Promise<readonly string[]> {
  const found = (await readStored({ key, guard }, deps))?.record ?? null;
  return Object.values(running(found, deps.clock.now())).flatMap(({ pictureKey }) => pictureKey ?? []);
}

/** Removes the note of a server that ends. */
export const leaveReplicas = (chain: string, deps: Ports<'state' | 'clock'>): Promise<void> =>
  changeReplicas(chain, (others) => others, deps);

/** Creates the check that all servers run the same. */
export const createReplicasCheck = (deps: Ports<'clock'> & { readonly state: Pick<State, 'read'> }): Check => ({
  title: 'Replicas',
  async run() {
    const found = (await readStored({ key, guard }, deps))?.record ?? null;
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
