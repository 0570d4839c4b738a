/** Where something outlives a reload of the page. Some browsers keep nothing: then it is asked for anew. */
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

/** The session, as long as the tab is open. */
export const sessionMemory = memoryIn(() => sessionStorage, 'facestep-session');

/** A ticket that is being opened, and the key that its session will end in, until it has: over a reload in between. */
export const openingMemory = memoryIn(() => sessionStorage, 'facestep-opening');

/** The fragment of a kiosk's address, in the tab that it stands open in: it comes back from other pages of ours without. */
export const kioskMemory = memoryIn(() => sessionStorage, 'facestep-kiosk');

/** The id of the camera that somebody chose here last: it names a device of this browser, at this address, and nobody. */
export const cameraMemory = memoryIn(() => localStorage, 'facestep-camera');
