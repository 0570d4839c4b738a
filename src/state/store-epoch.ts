import type { Clock, State } from '../core/ports.js';
import { addSec, type EpochMs, epochMs, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { isAhead } from './marker.js';

/** A store that servers share, as it is spoken to: it does not know by itself whether it was emptied. */
export interface Store extends Omit<State, 'storeEpoch'> {
  /** In how many parts it can be lost: nodes of a cluster fail one by one. */
  readonly parts: 'one' | 'many';
  /** Tells when a connection was lost: whoever answers next may have lost what was written. */
  onInterruption(listener: () => void): void;
}

/** The epoch of the store: since when nothing in it was lost. It is itself what is lost with the rest. */
const markerKey = 'store';

/** So many keys that every part of a cluster has one: of six equal parts none is without but once in 100,000 clusters. */
const witnessKeys = Array.from({ length: 64 }, (_, index) => `store:${index}`);

/** How far the clocks of replicas may differ, and the second that receipts are rounded to. */
const skewSec = 31;

const lookEveryMs = 1000;

const forever = { expiresAt: null } as const;

/**
 * Makes a shared store one that knows its losses. A marker in it is looked at after each interruption, once a second, and
 * whenever somebody asks for the epoch. Where it is gone, the store was emptied: the first replica that
 * notices writes a new one, and each replica puts what it knows into it before it answers anything. One that a clock wrote
 * which was far ahead is replaced likewise.
 * @param options.known - the marker this replica is reconciled with, in this run or an earlier one; `null` where it knew none
 * @param options.reconcile - does what a new marker asks for; until it succeeds every method throws
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
    const witnesses = await Promise.all(witnessKeys.map((key) => store.read(key)));
    return !witnesses.includes(null);
  };

  /** After a loss it is later than what the clock of any replica has issued. */
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
    // Whoever finds a marker may rely on the witnesses; and while one is missing, the marker is not the new one yet.
    if (found === null) await writeWitnesses();
    const when = found === null ? 'absent' : ({ revision: found.revision } as const);
    await store.write(markerKey, newMarker(found === null), { when, ...forever });
    if (found !== null) await writeWitnesses();
    // Another replica may have been first.
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

  /** What a replica knows of may be much: while it reconciles, callers are refused and not kept waiting. */
  const checkUsable = (): void => {
    if (isClosed) throw new FaceError('state_unavailable', 'closed');
    if (reconciling !== null) throw new FaceError('state_unavailable', { reason: 'replaced' });
  };

  /** Settles once the store is known to be the one this replica is reconciled with. */
  const held = async (): Promise<void> => {
    checkUsable();
    for (;;) {
      const mine = looked ?? lookAnew();
      await mine;
      // Interrupted in between: what was seen then may no longer be so.
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
    async read(key) {
      await held();
      return store.read(key);
    },
    async readMany(keys) {
      await held();
      return store.readMany(keys);
    },
    async write(key, value, options) {
      await held();
      return store.write(key, value, options);
    },
    async add(key, amount, expiresAt) {
      await held();
      return store.add(key, amount, expiresAt);
    },
    async delete(key) {
      await held();
      return store.delete(key);
    },
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
