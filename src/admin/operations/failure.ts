import { z } from 'zod';
import { framesOf } from '../../core/base/frames.js';
import type { Json } from '../../core/base/json.js';
import type { Log } from '../../core/ports.js';
import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';

export interface Failure {
  readonly state: 'failed';
  readonly code: FaceErrorCode;
  readonly reason: string;
  readonly detail: Json;
}

const refusedGuard = z.object({ status: z.number().min(400).max(499) });

/** Returns true if the provider did answer, with a status that says that the request is at fault. */
function isRefusal({ code, detail }: FaceError): boolean {
  const { data } = refusedGuard.safeParse(detail);
  return code === 'profile_unavailable' && data !== undefined && data.status !== 408 && data.status !== 429;
}

/** Converts an error for an administrator. Unexpected errors are logged with stack frames only. */
export function toFailure(error: unknown, log: Log): Failure {
  const known = error instanceof FaceError ? error : new FaceError(toCode(error));
  if (known !== error) log.error('unexpected error', { frames: framesOf(error) });
  const { code, message, detail } = isRefusal(known) ? new FaceError('provider_refused', known.detail) : known;
  return { state: 'failed', code, reason: message, detail };
}

const problemsGuard = z.strictObject({ problems: z.array(z.strictObject({ path: z.string(), reason: z.string() })) });

export function toFailureLines({ code, reason, detail }: Failure): string[] {
  return [`${reason} (${code})`, ...toDetailLines(detail)];
}

/** Formats the detail of an error as lines, one per configuration problem. */
export function toDetailLines(detail: Json): string[] {
  if (detail === null) return [];
  const { data } = problemsGuard.safeParse(detail);
  return data?.problems.map(({ path, reason }) => `${path}: ${reason}`) ?? [JSON.stringify(detail)];
}
