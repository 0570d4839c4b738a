import { z } from 'zod';
import { FaceError } from '../errors.js';

const refusedGuard = z.object({ status: z.number().min(400).max(499) });

/** Returns `provider_refused` if the provider did answer, with a status that says that the request is at fault. */
export function nameProviderRefusal(error: FaceError): FaceError {
  const { data } = refusedGuard.safeParse(error.detail);
  const isRefusal =
    error.code === 'profile_unavailable' && data !== undefined && data.status !== 408 && data.status !== 429;
  return isRefusal ? new FaceError('provider_refused', error.detail, { cause: error }) : error;
}
