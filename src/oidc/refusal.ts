import type { InteractionResults } from 'oidc-provider';
import { FaceError } from '../errors.js';
import { oidcErrors } from './library.js';

/** Returns the error that is sent to the client. Other errors are thrown, for the error page. */
export function toRefusal(error: unknown): InteractionResults {
  if (error instanceof FaceError) {
    const later = ['profile_unavailable', 'locked_out', 'overloaded'];
    if (later.includes(error.code)) return { error: 'temporarily_unavailable', error_description: 'try again later' };
    // Users to whom these errors apply get the same answer as users without an enrolment.
    const over = ['subject_unknown', 'step_up_unknown', 'step_up_finished', 'face_not_verified'];
    if (over.includes(error.code)) return accessDenied;
  }
  if (error instanceof oidcErrors.OIDCProviderError && !(error instanceof oidcErrors.SessionNotFound)) {
    return { error: error.error, error_description: error.error_description };
  }
  throw error;
}

const accessDenied = { error: 'access_denied', error_description: 'the face check was not passed' };
