import type { Ports } from './deps.js';
import { addSec, type EpochMs } from './units.js';

/** Values in memory that are valid for a time, by key. */
export interface KeptValues<Value> {
  /** Returns `undefined` if there is none, or it is not valid any more. */
  read(key: string): Value | undefined;
  /** Replaces a value. If there are too many, the one that was written first is removed. */
  write(key: string, value: Value): void;
  remove(key: string): void;
}

export function createKeptValues<Value>(
  { lifeSec, most }: { readonly lifeSec: number; readonly most: number },
  { clock }: Ports<'clock'>,
): KeptValues<Value> {
  const kept = new Map<string, { readonly value: Value; readonly until: EpochMs }>();
  return {
    read(key) {
      const found = kept.get(key);
      return found !== undefined && clock.now() < found.until ? found.value : undefined;
    },
    write(key, value) {
      kept.delete(key);
      kept.set(key, { value, until: addSec(clock.now(), lifeSec) });
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
    remove: (key) => void kept.delete(key),
  };
}
