import type { VendorPart } from './vendor-part.js';

/** The vendors' parts of the page, by name. Each is loaded only if a connection uses it. */
export const vendorParts: Readonly<Record<string, () => Promise<VendorPart>>> = {
  aws: async () => (await import('./aws.js')).runAws,
};
