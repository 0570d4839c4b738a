import { z } from 'zod';
import { framesOf } from '../base/frames.js';
import type { Json } from '../base/json.js';
import type { Log } from '../core/ports.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';

/** Why something could not be done, for an administrator: what the log would say, and nothing secret. */
export interface Failure {
  readonly state: 'failed';
  readonly code: FaceErrorCode;
  readonly reason: string;
  readonly detail: Json;
}

/** What a thrown thing says to an administrator. What is not a `FaceError` goes to the log as its frames alone. */
export function toFailure(error: unknown, log: Log): Failure {
  const known = error instanceof FaceError ? error : new FaceError(toCode(error));
  if (known !== error) log.error('unexpected error', { frames: framesOf(error) });
  return { state: 'failed', code: known.code, reason: known.message, detail: known.detail };
}

const problemsGuard = z.strictObject({ problems: z.array(z.strictObject({ path: z.string(), reason: z.string() })) });

/** A failure as lines of text. */
export function toFailureLines({ code, reason, detail }: Failure): string[] {
  return [`${reason} (${code})`, ...toDetailLines(detail)];
}

/** The detail of an error as lines of text; what is wrong with the configuration one problem a line. */
export function toDetailLines(detail: Json): string[] {
  if (detail === null) return [];
  const { data } = problemsGuard.safeParse(detail);
  return data?.problems.map(({ path, reason }) => `${path}: ${reason}`) ?? [JSON.stringify(detail)];
}
