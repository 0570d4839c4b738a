import type { Clock, Random, State } from '../../core/ports.js';
import { addSec, type EpochMs, epochMs, epochMsGuard } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { isAhead } from './marker.js';

/** A shared store before detection of lost data is added by `withStoreEpoch`. */
export interface Store extends Omit<State, 'storeEpoch'> {
  /** `many` if parts of the store, such as cluster nodes, can lose data independently. */
  readonly parts: 'one' | 'many';
  /** Registers a listener for lost connections, because data may be lost meanwhile. */
  onInterruption(listener: () => void): void;
}

type Calls = Pick<State, 'read' | 'readMany' | 'write' | 'add' | 'delete'>;

/** Returns a store's calls, each of which first waits for `before`. */
export const callsAfter = (before: () => Promise<void>, store: Calls): Calls => ({
  read: (key) => before().then(() => store.read(key)),
  readMany: (keys) => before().then(() => store.readMany(keys)),
  write: (key, value, options) => before().then(() => store.write(key, value, options)),
  add: (key, amount, expiresAt) => before().then(() => store.add(key, amount, expiresAt)),
  delete: (key) => before().then(() => store.delete(key)),
});

/**
 * Key of the marker, which contains the time since when no data was lost (the epoch). A store that loses its data also
 * loses this marker.
 */
const markerKey = 'store';

/**
 * Keys spread over all nodes of a cluster, to detect that one node lost its data. If one of six nodes is lost, the
 * probability that it held none of these keys is about 1 in 100,000.
 */
const witnessKeys = Array.from({ length: 64 }, (_, index) => `store:${index}`);

/** Clock difference between replicas, plus the rounding of receipts, in seconds. */
const skewSec = 31;

const lookEveryMs = 1000;

const forever = { expiresAt: null } as const;

/**
 * Adds detection of lost data to a shared store. The marker is checked after each interruption, once a second, and by
 * `storeEpoch`. If the marker is missing or far in the future, a replica writes a new one, and each replica reconciles
 * the store before using it.
 * @param options.known - epoch of the last reconciliation
 */
export function withStoreEpoch(
  store: Store,
  { clock, known, reconcile }: { clock: Clock; known: EpochMs | null; reconcile(epoch: EpochMs): Promise<void> },
): State {
  let reconciled = known;
  let reconciling: Promise<void> | null = null;
  let isClosed = false;
  let looked: Promise<EpochMs> | null = null;

  const isWhole = async (): Promise<boolean> => {
    if (store.parts === 'one') return true;
    return !(await Promise.all(witnessKeys.map((key) => store.read(key)))).includes(null);
  };

  /** Returns an epoch later than anything a replica has issued. */
  const newMarker = (isFirst: boolean): EpochMs => {
    const later = addSec(clock.now(), skewSec);
    if (reconciled === null) return isFirst ? clock.now() : later;
    return isAhead(reconciled, clock) ? later : epochMs(Math.max(later, reconciled + 1));
  };

  const writeWitnesses = async (): Promise<void> => {
    if (store.parts === 'one') return;
    await Promise.all(witnessKeys.map((key) => store.write(key, true, { when: 'absent', ...forever })));
  };

  const readMarker = async (): Promise<EpochMs> => {
    const found = await store.read(markerKey);
    const marker = found === null ? null : epochMsGuard.parse(found.value);
    if (marker !== null && !isAhead(marker, clock) && (await isWhole())) return marker;
    // If the marker is missing, the witness keys are written first, because a marker is only valid if all of them
    // exist.
    if (found === null) await writeWitnesses();
    const when = found === null ? 'absent' : ({ revision: found.revision } as const);
    await store.write(markerKey, newMarker(found === null), { when, ...forever });
    if (found !== null) await writeWitnesses();
    // The marker is read again, because another replica may have written it first.
    const written = await store.read(markerKey);
    if (written === null) throw new FaceError('state_unavailable', { reason: 'emptied' });
    return epochMsGuard.parse(written.value);
  };

  const look = async (): Promise<EpochMs> => {
    const marker = await readMarker();
    while (marker !== reconciled) {
      reconciling ??= reconcile(marker)
        .then(() => {
          reconciled = marker;
        })
        .finally(() => {
          reconciling = null;
        });
      await reconciling;
    }
    return marker;
  };

  const lookAnew = (): Promise<EpochMs> => {
    const mine = look();
    looked = mine;
    mine.catch(() => {
      if (looked === mine) looked = null;
    });
    return mine;
  };

  /** Refuses calls during reconciliation, which may take long. */
  const checkUsable = (): void => {
    if (isClosed) throw new FaceError('state_unavailable', 'closed');
    if (reconciling !== null) throw new FaceError('state_unavailable', { reason: 'replaced' });
  };

  const held = async (): Promise<void> => {
    checkUsable();
    for (;;) {
      const mine = looked ?? lookAnew();
      await mine;
      // The result is only valid if there was no interruption in the meantime.
      if (looked === mine) return;
    }
  };

  store.onInterruption(() => {
    looked = null;
  });
  const timer = setInterval(() => {
    if (reconciling === null) lookAnew().catch(() => {});
  }, lookEveryMs);
  timer.unref();

  return {
    ...callsAfter(held, store),
    async storeEpoch() {
      checkUsable();
      return lookAnew();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      await store.close();
    },
  };
}

/** Creates a unique revision for a write: 48 random bits. */
export const newRevision = (random: Random): number => Buffer.from(random(6)).readUIntBE(0, 6);
