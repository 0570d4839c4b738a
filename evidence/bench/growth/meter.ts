import type { Audit, Keys, LedgerStore, State } from '../../../src/core/ports.js';

/** What went through the ports so far. */
export interface Meter {
  /** Calls of the state store: a round trip each. */
  calls: number;
  /** Of the ledger: by batches, behind whoever caused them. */
  ledgerCalls: number;
  /** Time in the state store and the audit trail, in milliseconds. */
  ms: number;
  /** Uses of the key that seals tokens: a call each where the keys are in a key service. */
  macs: number;
}

export const newMeter = (): Meter => ({ calls: 0, ledgerCalls: 0, ms: 0, macs: 0 });

async function timed<T>(meter: Meter, call: () => Promise<T>): Promise<T> {
  const from = performance.now();
  try {
    return await call();
  } finally {
    meter.ms += performance.now() - from;
  }
}

export function meterState(state: State, meter: Meter): State {
  const call = <T>(work: () => Promise<T>): Promise<T> => {
    meter.calls += 1;
    return timed(meter, work);
  };
  return {
    read: (key) => call(() => state.read(key)),
    readMany: (keys) => call(() => state.readMany(keys)),
    write: (...given) => call(() => state.write(...given)),
    add: (...given) => call(() => state.add(...given)),
    delete: (key) => call(() => state.delete(key)),
    storeEpoch: () => call(() => state.storeEpoch()),
    close: () => state.close(),
  };
}

export const meterAudit = (audit: Audit, meter: Meter): Audit => ({
  append: (event) => timed(meter, () => audit.append(event)),
  close: () => audit.close(),
});

export function meterLedger(ledger: LedgerStore, meter: Meter): LedgerStore {
  const call = <T>(work: () => Promise<T>): Promise<T> => {
    meter.ledgerCalls += 1;
    return work();
  };
  return {
    put: (rows) => call(() => ledger.put(rows)),
    remove: (keys) => call(() => ledger.remove(keys)),
    get: (keys) => call(() => ledger.get(keys)),
    range: (...given) => call(() => ledger.range(...given)),
    count: (range) => call(() => ledger.count(range)),
    close: () => ledger.close(),
  };
}

export const meterKeys = (keys: Keys, meter: Meter): Keys => ({
  ...keys,
  mac(version, message) {
    meter.macs += 1;
    return keys.mac(version, message);
  },
});
