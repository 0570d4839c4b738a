import { KeyMaterial } from '../core/concealed.js';

/** Outputs of a key service that are asked for again within seconds. */
export interface MacCache {
  /**
   * What `derive` gives, or gave for that name a moment ago: memory of the caller's own. Of several who ask at once one
   * derives; what fails is not kept.
   */
  take(name: string, derive: () => Promise<KeyMaterial>): Promise<KeyMaterial>;
}

/**
 * Keeps outputs for a moment, and overwrites them then.
 * @param options.keepMs - from when an output came, whole milliseconds
 * @param options.limit - greatest number of outputs, from 1; the oldest goes for a new one
 */
export function createMacCache({ keepMs, limit }: { readonly keepMs: number; readonly limit: number }): MacCache {
  const kept = new Map<string, Promise<KeyMaterial>>();

  const drop = (name: string, entry: Promise<KeyMaterial>): void => {
    if (kept.get(name) === entry) kept.delete(name);
    // Whoever waits for it has asked before, and copies it first.
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
