import { defaultBrand } from '../src/core/letters/brand.js';
import { sentLink } from '../src/http/page-link.js';
import type { ApiDeps } from '../src/rest/deps.js';
import { testIssuer } from './keys.js';

/** Dependencies of campaigns for servers that run none. */
export const noCampaigns = {
  campaigns: { perMinute: 6000, keptDays: 120 },
  directories: new Map(),
  linkOf: (started, language) => sentLink(testIssuer, started, language),
  brandOf: async ({ policy }) => ({ ...defaultBrand, organisation: policy.organisation }),
  wakeCampaigns: () => {},
} satisfies Partial<ApiDeps>;
