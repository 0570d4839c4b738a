import { hasRight } from '../../access/rights.js';
import { waiting } from '../../admin/endpoints/open-work.js';
import { html } from '../../core/base/html.js';
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
    catalogueNotes:
      sandbox === null
        ? []
        : [
            html`To try calls without an application, sign in at <a href="/console">the console</a> with the role <code>developer</code>: <a href="#post-developer-sandbox-token"><code>POST /developer/sandbox-token</code></a> returns a client token for the connection <code>${sandbox}</code>, which has only test users.`,
          ],
  }),
  start() {},
  async close() {},
};
