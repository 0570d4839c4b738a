import { createAdministratorEndpoints } from '../api/administrator-endpoints.js';
import { createApplicationEndpoints } from '../api/application-endpoints.js';
import { createApplicationKeyEndpoints } from '../api/application-key-endpoints.js';
import { createApplyEndpoints } from '../api/apply-endpoints.js';
import { createBrandEndpoints } from '../api/brand-endpoints.js';
import { createClientTokenEndpoints } from '../api/client-token-endpoints.js';
import { createConfigurationEndpoints } from '../api/configuration-endpoints.js';
import { createConnectionEndpoints } from '../api/connection-endpoints.js';
import { createContactEndpoints } from '../api/contact-endpoints.js';
import { createDoctorEndpoints } from '../api/doctor-endpoints.js';
import { createEvidenceEndpoints } from '../api/evidence-endpoints.js';
import { createFaceTokenEndpoints } from '../api/face-token-endpoints.js';
import { createJobEndpoints } from '../api/job-endpoints.js';
import { createKeyEndpoints } from '../api/key-endpoints.js';
import { createLogEndpoints } from '../api/log-endpoints.js';
import { createMatchingEndpoints } from '../api/matching-endpoints.js';
import { createPeopleEndpoints } from '../api/people-endpoints.js';
import { createScreeningEndpoints } from '../api/screening-endpoints.js';
import { createSubjectEndpoints } from '../api/subject-endpoints.js';
import { createUsageEndpoints } from '../api/usage-endpoints.js';
import { createCaptureEndpoints } from '../capture/routes.js';
import { type Extended, extensionsOn } from '../extensions/index.js';
import type { ApiDeps } from '../rest/deps.js';
import type { Endpoint } from '../rest/endpoint.js';

export function createCoreEndpoints(deps: ApiDeps): Endpoint[] {
  return [
    ...createFaceTokenEndpoints(deps),
    ...createMatchingEndpoints(deps),
    ...createScreeningEndpoints(deps),
    ...createClientTokenEndpoints(deps),
    ...createContactEndpoints(deps),
    ...createSubjectEndpoints(deps),
    ...createCaptureEndpoints(deps),
    ...createApplicationEndpoints(deps),
    ...createApplicationKeyEndpoints(deps),
    ...createUsageEndpoints(deps),
    ...createPeopleEndpoints(deps),
    ...createLogEndpoints(deps),
    ...createAdministratorEndpoints(deps),
    ...createConfigurationEndpoints(deps),
    ...createBrandEndpoints(deps),
    ...createConnectionEndpoints(deps),
    ...createApplyEndpoints(deps),
    ...createDoctorEndpoints(deps),
    ...createJobEndpoints(deps),
    ...createKeyEndpoints(deps),
    ...createEvidenceEndpoints(deps),
  ];
}

/** The endpoints of the core, and of the extensions that are on. */
export const createEndpoints = (deps: ApiDeps & Extended): Endpoint[] => [
  ...createCoreEndpoints(deps),
  ...extensionsOn(deps).flatMap((each) => each.createEndpoints(deps)),
];
