import type { Words } from '../words.js';

/** What a vendor's part of the page gets for one check. */
export interface VendorRun {
  /** JSON text from this server: the vendor's session, and what is needed to run it. */
  readonly grant: string;
  /** Empty element, in which the part shows itself. */
  readonly element: HTMLElement;
  readonly words: Words;
  /** Aborts if the person or the time ends the check. */
  readonly ended: AbortSignal;
}

/**
 * Runs the vendor's check in the page. It returns when the vendor has everything. What it found is read by the server.
 * @throws Problem
 */
export type VendorPart = (run: VendorRun) => Promise<void>;
