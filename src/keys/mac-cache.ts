import { KeyMaterial } from '../core/concealed.js';

export interface MacCache {
  /** Returns a copy of an output. Concurrent callers share one derivation; failures are not cached. */
  take(name: string, derive: () => Promise<KeyMaterial>): Promise<KeyMaterial>;
}

export function createMacCache({ keepMs, limit }: { readonly keepMs: number; readonly limit: number }): MacCache {
  const kept = new Map<string, Promise<KeyMaterial>>();

  const drop = (name: string, entry: Promise<KeyMaterial>): void => {
    if (kept.get(name) === entry) kept.delete(name);
    // The cached MAC is wiped only after waiting callers have copied it.
    void entry.then(
      (material) => material.wipe(),
      () => {},
    );
  };

  const add = (name: string, derive: () => Promise<KeyMaterial>): Promise<KeyMaterial> => {
    for (const [oldest, entry] of kept) if (kept.size >= limit) drop(oldest, entry);
    const entry = derive();
    kept.set(name, entry);
    void entry.then(
      () => setTimeout(drop, keepMs, name, entry).unref(),
      () => drop(name, entry),
    );
    return entry;
  };

  return {
    async take(name, derive) {
      const material = await (kept.get(name) ?? add(name, derive));
      return material.use((bytes) => new KeyMaterial(Uint8Array.from(bytes)));
    },
  };
}
