import type { FaceErrorCode } from '../errors.js';

/** Returns the status that the hosted Facenition API has published: 400, 401, 404, or 502 for what a retry can solve. */
export function toPublishedStatus(status: number, code: FaceErrorCode): number {
  if (status === 429 || status >= 500) return 502;
  if (status === 401 || code === 'scope_missing') return 401;
  return status === 404 ? 404 : 400;
}
