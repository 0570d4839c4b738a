import { createAdministratorEndpoints } from '../admin/endpoints/administrator-endpoints.js';
import { createApplicationEndpoints, createApplicationKeyEndpoints } from '../admin/endpoints/application-endpoints.js';
import { createBrandEndpoints } from '../admin/endpoints/brand-endpoints.js';
import { createClientTokenEndpoints } from '../admin/endpoints/client-token-endpoints.js';
import { createConfigurationEndpoints } from '../admin/endpoints/configuration-endpoints.js';
import { createApplyEndpoints, createConnectionEndpoints } from '../admin/endpoints/connection-endpoints.js';

import { createContactEndpoints } from '../admin/endpoints/contact-endpoints.js';
import { createDoctorEndpoints, createJobEndpoints } from '../admin/endpoints/doctor-endpoints.js';
import { createEvidenceEndpoints } from '../admin/endpoints/evidence-endpoints.js';

import { createKeyEndpoints } from '../admin/endpoints/key-endpoints.js';
import { createLogEndpoints } from '../admin/endpoints/log-endpoints.js';
import { createPeopleEndpoints } from '../admin/endpoints/people-endpoints.js';
import { createScreeningEndpoints } from '../admin/endpoints/screening-endpoints.js';
import { createSubjectEndpoints } from '../admin/endpoints/subject-endpoints.js';
import { createUsageEndpoints } from '../admin/endpoints/usage-endpoints.js';
import { type Extended, extensionsOn } from '../extensions/index.js';
import type { ApiDeps } from '../http/rest/deps.js';
import type { Endpoint } from '../http/rest/endpoint.js';
import { createFaceTokenEndpoints } from '../verification/endpoints/face-token-endpoints.js';
import { createMatchingEndpoints } from '../verification/endpoints/matching-endpoints.js';
import { createCaptureEndpoints } from './page-endpoints.js';

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
