import type { ApiDeps } from '../api/deps.js';
import type { Endpoint } from '../api/endpoint.js';
import { createEnrolmentEndpoints } from './enrolments.js';
import { createStepUpEndpoints } from './step-ups.js';

/** Step-ups and enrolments of users of a connection. All of it is ours. */
export function createCaptureEndpoints(deps: ApiDeps): Endpoint[] {
  return [...createStepUpEndpoints(deps), ...createEnrolmentEndpoints(deps)];
}
