import { type Extension, nothing } from '../extension.js';
import { createVendorChecks, createVendors, findVendorProblems, sections } from './vendors.js';

/** Liveness checks of vendors, in place of the own one. */
export const vendorLiveness = {
  ...nothing,
  sections,
  check: findVendorProblems,
  createChecks: createVendorChecks,
  open: async ({ current }) => ({
    name: 'vendor-liveness',
    isOn: () => true,
    createEndpoints: () => [],
    contribute: (config) => ({ livenessVendors: createVendors(config.liveness, current) }),
    start() {},
    close: async () => {},
  }),
} as const satisfies Extension<typeof sections>;
