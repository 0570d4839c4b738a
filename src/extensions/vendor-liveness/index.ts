import { alwaysOn, type Extension, nothing, type OpenedExtension } from '../extension.js';
import { createVendorChecks, createVendors, findVendorProblems, sections } from './vendors.js';

/** Liveness checks of vendors, in place of the own one. */
export const vendorLiveness = {
  ...nothing,
  sections,
  check: findVendorProblems,
  createChecks: createVendorChecks,
  open: async ({ current }): Promise<OpenedExtension<typeof sections>> => ({
    ...alwaysOn('vendor-liveness', () => []),
    contribute: (config) => ({ livenessVendors: createVendors(config.liveness, current) }),
  }),
} as const satisfies Extension<typeof sections>;
