/** Storage that survives a reload. Some browsers store nothing. */
export interface Memory {
  read(): string | null;
  write(text: string): void;
  clear(): void;
}

export const memoryIn = (storage: () => Storage, key: string): Memory => ({
  read: () => orNull(() => storage().getItem(key)),
  write: (text) => void orNull(() => storage().setItem(key, text)),
  clear: () => void orNull(() => storage().removeItem(key)),
});

function orNull<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch {
    return null;
  }
}
