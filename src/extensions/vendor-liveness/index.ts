import { type Extension, nothing, type OpenedExtension } from '../extension.js';
import { createVendorChecks, createVendors, findVendorProblems, sections } from './vendors.js';

/** Liveness checks of vendors, in place of the own one. */
export const vendorLiveness = {
  ...nothing,
  sections,
  check: findVendorProblems,
  createChecks: createVendorChecks,
  open: async ({ current }): Promise<OpenedExtension<typeof sections>> => ({
    name: 'vendor-liveness',
    isOn: () => true,
    createEndpoints: () => [],
    contribute: (config) => ({ livenessVendors: createVendors(config.liveness, current) }),
    start() {},
    close: async () => {},
  }),
} as const satisfies Extension<typeof sections>;
