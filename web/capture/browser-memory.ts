/** Storage of one text that survives a reload of the page. Some browsers are set to store nothing. */
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

/**
 * Ticket that is being opened, with its session key. They are kept in case the user reloads the page during the
 * request.
 */
export const openingMemory = memoryIn(() => sessionStorage, 'facestep-opening');

/**
 * Link of the kiosk. It is kept, because after a check at the kiosk, other pages send the browser back without the
 * link's fragment.
 */
export const kioskMemory = memoryIn(() => sessionStorage, 'facestep-kiosk');

/** Id of the chosen camera, which is specific to this browser and origin. */
export const cameraMemory = memoryIn(() => localStorage, 'facestep-camera');
