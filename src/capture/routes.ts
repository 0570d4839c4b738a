import type { ApiDeps } from '../rest/deps.js';
import type { Endpoint } from '../rest/endpoint.js';
import { createAnotherWayEndpoints } from './another-way.js';
import { createCurrentEnrolmentEndpoints } from './current-enrolments.js';
import { createEnrolmentEndpoints } from './enrolments.js';
import { createHandOffEndpoints } from './hand-offs.js';
import { createHelpDeskEndpoints } from './help-desk.js';
import { createInvitationEndpoints } from './invitations.js';
import { createKioskEndpoints } from './kiosks.js';
import { createNotMeEndpoints } from './not-me.js';
import { createPasskeyEndpoints } from './passkeys.js';
import { describeReplies } from './reply-descriptions.js';
import { createSessionEndpoints } from './sessions.js';
import { createStepUpEndpoints } from './step-ups.js';

/** Step-ups and enrolments of users of a connection, and what the capture page calls. All of it is ours. */
export function createCaptureEndpoints(deps: ApiDeps): Endpoint[] {
  describeReplies();
  return [
    ...createStepUpEndpoints(deps),
    ...createEnrolmentEndpoints(deps),
    ...createInvitationEndpoints(deps),
    ...createKioskEndpoints(deps),
    ...createSessionEndpoints(deps),
    ...createHandOffEndpoints(deps),
    ...createPasskeyEndpoints(deps),
    ...createNotMeEndpoints(deps),
    ...createAnotherWayEndpoints(deps),
    ...createHelpDeskEndpoints(deps),
    ...createCurrentEnrolmentEndpoints(deps),
  ];
}
