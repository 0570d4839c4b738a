import type { ApiDeps } from '../rest/deps.js';
import type { Endpoint } from '../rest/endpoint.js';
import { createAnotherWayEndpoints } from './another-way.js';
import { createChallengeEndpoints } from './challenges.js';
import { createCurrentEnrolmentEndpoints } from './current-enrolments.js';
import { createDataConsentEndpoints } from './data-consents.js';
import { createEnrolmentEndpoints } from './enrolments.js';
import { createHandOffEndpoints } from './hand-offs.js';
import { createHelpDeskEndpoints } from './help-desk.js';
import { createHomePageEndpoints } from './home-pages.js';
import { createInvitationEndpoints } from './invitations.js';
import { createKioskEndpoints } from './kiosks.js';
import { createLinkEndpoints } from './links.js';
import { createNotMeEndpoints } from './not-me.js';
import { createNoticeChoiceEndpoints } from './notice-choices.js';
import { createPasskeyEndpoints } from './passkeys.js';
import { describeReplies } from './reply-descriptions.js';
import { createSessionEndpoints } from './sessions.js';
import { createStepUpEndpoints } from './step-ups.js';

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
