import { createHelpDeskEndpoints } from '../admin/endpoints/help-desk-endpoints.js';
import { createCurrentEnrolmentEndpoints } from '../enrolment/endpoints/current-enrolments.js';
import { createEnrolmentEndpoints } from '../enrolment/endpoints/enrolments.js';
import { createInvitationEndpoints } from '../enrolment/endpoints/invitations.js';
import { createPasskeyEndpoints } from '../enrolment/endpoints/passkeys.js';
import { createDataConsentEndpoints } from '../enrolment/home/data-consents.js';
import { createHomePageEndpoints } from '../enrolment/home/home-pages.js';
import { createLinkEndpoints } from '../enrolment/home/links.js';
import type { ApiDeps } from '../http/rest/deps.js';
import type { Endpoint } from '../http/rest/endpoint.js';
import { createNotMeEndpoints } from '../notifications/endpoints/not-me.js';
import { createNoticeChoiceEndpoints } from '../notifications/endpoints/notice-choices.js';
import { createAnotherWayEndpoints } from '../step-up/endpoints/another-way.js';
import { createChallengeEndpoints } from '../step-up/endpoints/challenges.js';
import { createHandOffEndpoints } from '../step-up/endpoints/hand-offs.js';
import { createKioskEndpoints } from '../step-up/endpoints/kiosks.js';
import { describeReplies } from '../step-up/endpoints/reply-descriptions.js';
import { createSessionEndpoints } from '../step-up/endpoints/sessions.js';
import { createStepUpEndpoints } from '../step-up/endpoints/step-ups.js';

export function createCaptureEndpoints(deps: ApiDeps): Endpoint[] {
  describeReplies();
  return [
    ...createStepUpEndpoints(deps),
    ...createEnrolmentEndpoints(deps),
    ...createInvitationEndpoints(deps),
    ...createKioskEndpoints(deps),
    ...createSessionEndpoints(deps),
    ...createChallengeEndpoints(deps),
    ...createHandOffEndpoints(deps),
    ...createPasskeyEndpoints(deps),
    ...createNotMeEndpoints(deps),
    ...createAnotherWayEndpoints(deps),
    ...createHelpDeskEndpoints(deps),
    ...createCurrentEnrolmentEndpoints(deps),
    ...createNoticeChoiceEndpoints(deps),
    ...createDataConsentEndpoints(deps),
    ...createLinkEndpoints(deps),
    ...createHomePageEndpoints(deps),
  ];
}
