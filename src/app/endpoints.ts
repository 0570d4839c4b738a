import { z } from 'zod';
import { createAdministratorEndpoints } from '../admin/endpoints/administrator-endpoints.js';
import { createApplicationEndpoints, createApplicationKeyEndpoints } from '../admin/endpoints/application-endpoints.js';
import { createClientTokenEndpoints } from '../admin/endpoints/client-token-endpoints.js';
import { createConfigurationEndpoints } from '../admin/endpoints/configuration-endpoints.js';
import { createApplyEndpoints, createConnectionEndpoints } from '../admin/endpoints/connection-endpoints.js';
import { createDoctorEndpoints } from '../admin/endpoints/doctor-endpoints.js';
import { createEvidenceEndpoints } from '../admin/endpoints/evidence-endpoints.js';
import { createKeyEndpoints } from '../admin/endpoints/key-endpoints.js';
import { createLogEndpoints } from '../admin/endpoints/log-endpoints.js';
import { createPeopleEndpoints } from '../admin/endpoints/people-endpoints.js';
import { createRuleEndpoints } from '../admin/endpoints/rule-endpoints.js';
import { createUsageEndpoints } from '../admin/endpoints/usage-endpoints.js';
import { readChangedAt } from '../admin/operations/last-change.js';
import { createProviderReader } from '../admin/operations/mode-in-force.js';
import { createBrandEndpoints } from '../brand/endpoints.js';
import {
  enrolment,
  handOff,
  instant,
  lockedForSec,
  missingEnrolment,
  pairing,
  passkeyReply,
  sessionReply,
  view,
} from '../core/page-protocol.js';
import { createDraftEffectEndpoint, createGroupsEndpoint } from '../drafts/effect-endpoint.js';
import { createDraftEndpoints, createVersionEndpoints } from '../drafts/endpoints.js';
import { createEnrolmentEndpoints } from '../enrolment/endpoints/enrolments.js';
import { type Extended, extensionsOn } from '../extensions/index.js';
import { createCallerEndpoints, createHelpDeskEndpoints, createHelpRequestEndpoints } from '../help-desk/endpoints.js';
import { createDataConsentEndpoints, createHomePageEndpoints, createLinkEndpoints } from '../home/home-pages.js';
import { createNoticeChoiceEndpoints } from '../home/notice-choices.js';
import type { Endpoint } from '../http/rest/endpoint.js';
import { createInvitationEndpoints } from '../invitations/endpoints.js';
import { createContactEndpoints } from '../notifications/contact-endpoints.js';
import { createNotMeEndpoints } from '../notifications/not-me-endpoint.js';
import { createSubjectEndpoints } from '../privacy/endpoints.js';
import { createRecoveryEndpoints } from '../recovery/endpoints.js';
import { createUndeliveredEndpoints } from '../security-events/undelivered-endpoints.js';
import { createAnotherWayEndpoints } from '../step-up/endpoints/another-way.js';
import { createChallengeEndpoints } from '../step-up/endpoints/challenges.js';
import { createCurrentEnrolmentEndpoints, createPasskeyEndpoints } from '../step-up/endpoints/current-enrolment.js';
import { createHandOffEndpoints } from '../step-up/endpoints/hand-offs.js';
import { createKioskEndpoints } from '../step-up/endpoints/kiosks.js';
import { createPresentedDocumentEndpoints } from '../step-up/endpoints/presented-documents.js';
import { createSessionEndpoints } from '../step-up/endpoints/sessions.js';
import { createStepUpEndpoints } from '../step-up/endpoints/step-ups.js';
import { createFaceTokenEndpoints } from '../verification/endpoints/face-token-endpoints.js';
import { createMatchingEndpoints } from '../verification/endpoints/matching-endpoints.js';
import { createScreeningEndpoints } from '../verification/endpoints/screening-endpoints.js';
import type { ApiDeps } from './api-deps.js';

const { role, agreedAt } = view.shape;
const { choices, application } = pairing.shape;

const descriptions = [
  [instant, 'RFC 3339, UTC.'],
  [
    role,
    '`camera`: a phone that is the camera of another browser; `unpaired`: a phone that has to choose a number first.',
  ],
  [
    agreedAt,
    'Time at which the person agreed to this text at enrolment, if that consent is valid: the page does not ask again.',
  ],
  [handOff.shape.code, 'Only for the screen of the first browser.'],
  [
    view.shape.pairing,
    'Numbers to choose from: on a phone before any other step, and on the page of a person who calls the help desk.',
  ],
  [choices, 'One of them is shown on the screen of the first browser.'],
  [application, 'The host that requested the face check.'],
  [
    lockedForSec,
    'Seconds until the lockout of the user ends: the page shows it before it opens the camera. `null` if there is none, and for anonymous callers, who learn of it only after they sent pictures.',
  ],
  [
    missingEnrolment,
    'Present if the user has no enrolment: the page says so before it opens the camera. `linkOffered`: the page may request an e-mail with a link to enrol. `null` for anonymous callers, who never learn it.',
  ],
  [sessionReply.shape.receipt, 'Present after it passed, for the browser that opened the link.'],
  [
    passkeyReply.shape.options,
    'PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON of WebAuthn Level 3. The input of the PRF, `extensions.prf.eval.first`, is base64url, too.',
  ],
  [enrolment.shape.purpose, 'The `scope` of the policy.'],
] as const;

function describeReplies(): void {
  for (const [guard, description] of descriptions) z.globalRegistry.add(guard, { description });
}

function createPersonEndpoints(deps: ApiDeps): Endpoint[] {
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
    ...createPresentedDocumentEndpoints(deps),
    ...createHelpRequestEndpoints(deps),
    ...createHelpDeskEndpoints(deps),
    ...createCallerEndpoints(deps),
    ...createRecoveryEndpoints(deps),
    ...createCurrentEnrolmentEndpoints(deps),
    ...createNoticeChoiceEndpoints(deps),
    ...createDataConsentEndpoints(deps),
    ...createLinkEndpoints(deps),
    ...createHomePageEndpoints(deps),
  ];
}

export function createCoreEndpoints(deps: ApiDeps): Endpoint[] {
  const readAtProvider = createProviderReader(deps.operations, (id) => readChangedAt(id, deps.operations));
  return [
    ...createFaceTokenEndpoints(deps),
    ...createMatchingEndpoints(deps),
    ...createScreeningEndpoints(deps),
    ...createClientTokenEndpoints(deps),
    ...createContactEndpoints(deps),
    ...createSubjectEndpoints(deps),
    ...createPersonEndpoints(deps),
    ...createApplicationEndpoints(deps),
    ...createApplicationKeyEndpoints(deps),
    ...createUsageEndpoints(deps),
    ...createPeopleEndpoints(deps),
    ...createLogEndpoints(deps),
    ...createAdministratorEndpoints(deps),
    ...createConfigurationEndpoints(deps),
    ...createBrandEndpoints(deps),
    ...createConnectionEndpoints(deps, readAtProvider),
    ...createRuleEndpoints(deps),
    ...createUndeliveredEndpoints(deps),
    ...createDraftEndpoints(deps),
    createDraftEffectEndpoint(deps),
    createGroupsEndpoint(deps),
    ...createVersionEndpoints(deps),
    ...createApplyEndpoints(deps),
    ...createDoctorEndpoints(deps, readAtProvider),
    ...createKeyEndpoints(deps),
    ...createEvidenceEndpoints(deps),
  ];
}

/** The endpoints of the core, and of the extensions that are on. */
export const createEndpoints = (deps: ApiDeps & Extended): Endpoint[] => [
  ...createCoreEndpoints(deps),
  ...extensionsOn(deps).flatMap((each) => each.createEndpoints(deps)),
];
