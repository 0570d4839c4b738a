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

/** Ticket that is being opened and its session key, kept for a reload during the request. */
export const openingMemory = memoryIn(() => sessionStorage, 'facestep-opening');

/** Link of the kiosk, kept because other pages send the browser back without the fragment. */
export const kioskMemory = memoryIn(() => sessionStorage, 'facestep-kiosk');

/** Id of the chosen camera, which is specific to this browser and origin. */
export const cameraMemory = memoryIn(() => localStorage, 'facestep-camera');
