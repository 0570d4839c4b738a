import { hasRight } from '../../access/rights.js';
import { waiting } from '../../admin/endpoints/open-work.js';
import type { OpenedExtension } from '../extension.js';
import { createOwnApplicationEndpoints } from './own-application-endpoints.js';
import { createOwnRequestEndpoints, sandboxQuota } from './own-request-endpoints.js';
import { countSubmitted } from './requests.js';
import { createReviewEndpoints } from './review-endpoints.js';
import type { sections } from './settings.js';

export const portal: OpenedExtension<typeof sections> = {
  name: 'developer-portal',
  isOn: () => true,
  createEndpoints(given) {
    const deps = { ...given, onboarding: given.config.onboarding };
    return [...createReviewEndpoints(deps), ...createOwnRequestEndpoints(deps), ...createOwnApplicationEndpoints(deps)];
  },
  contribute: ({ onboarding: { sandbox } }) => ({
    sandbox: sandbox === null ? null : { tenant: sandbox, ...sandboxQuota },
    openWork: [
      async (administrator, deps) =>
        hasRight(administrator, 'configure')
          ? waiting('requests_waiting', 'requests', await countSubmitted(deps), 'requests for applications')
          : [],
    ],
  }),
  start() {},
  async close() {},
};
