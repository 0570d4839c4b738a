import { findCause } from '../../core/base/failure-cause.js';
import type { JsonObject } from '../../core/base/json.js';
import { FaceError } from '../../errors.js';

/** Converts an error of a store. The detail names the cause for the log. */
export function toStateUnavailable(cause: unknown, detail: JsonObject = {}): FaceError {
  if (cause instanceof FaceError) return cause;
  return new FaceError('state_unavailable', { ...detail, cause: findCause(cause) }, { cause });
}

export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw toStateUnavailable(cause);
  }
}
