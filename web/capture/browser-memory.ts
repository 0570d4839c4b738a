import { memoryIn } from '../shared/browser-memory.js';

export const sessionMemory = memoryIn(() => sessionStorage, 'facestep-session');

/** Ticket that is being opened and its session key, kept for a reload during the request. */
export const openingMemory = memoryIn(() => sessionStorage, 'facestep-opening');

/** Set when a check has finished, so that a reload says so. */
export const finishedMemory = memoryIn(() => sessionStorage, 'facestep-finished');

/** Link of the kiosk, kept because other pages send the browser back without the fragment. */
export const kioskMemory = memoryIn(() => sessionStorage, 'facestep-kiosk');

/** Id of the chosen camera, which is specific to this browser and origin. */
export const cameraMemory = memoryIn(() => localStorage, 'facestep-camera');

/** Whether this browser's user accepted or skipped the light of the screen, so that it is asked once. */
export const lightMemory = memoryIn(() => localStorage, 'facestep-light');
