/** Storage that survives a reload. Some browsers store nothing. */
export interface Memory {
  read(): string | null;
  write(text: string): void;
  clear(): void;
}

const memoryIn = (storage: () => Storage, key: string): Memory => ({
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

export const sessionMemory = memoryIn(() => sessionStorage, 'facestep-session');

/** A ticket being opened and its session key, for a reload during the request. */
export const openingMemory = memoryIn(() => sessionStorage, 'facestep-opening');

/** Other pages return without the fragment. */
export const kioskMemory = memoryIn(() => sessionStorage, 'facestep-kiosk');

/** Specific to this browser and origin. */
export const cameraMemory = memoryIn(() => localStorage, 'facestep-camera');
