import { defaultBrand } from '../../src/core/ports/delivery.js';
import { sentLink } from '../../src/http/page-link.js';
import type { ApiDeps } from '../../src/http/rest/deps.js';
import { testIssuer } from './keys.js';

/** Ports of a server that sends no e-mails by itself. */
export const standInPorts = {
  directories: new Map(),
  linkOf: (started, language) => sentLink(testIssuer, started, language),
  brandOf: async ({ policy }) => ({ ...defaultBrand, organisation: policy.organisation }),
} satisfies Partial<ApiDeps>;
