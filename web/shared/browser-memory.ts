/** Creates storage that survives a reload. Some browsers store nothing. */
export const memoryIn = (storage: () => Storage, key: string) => ({
  read: () => orNull(() => storage().getItem(key)),
  write: (text: string) => void orNull(() => storage().setItem(key, text)),
  clear: () => void orNull(() => storage().removeItem(key)),
});

export type Memory = ReturnType<typeof memoryIn>;

function orNull<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch {
    return null;
  }
}
