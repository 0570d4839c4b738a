import { z } from 'zod';
import { framesOf } from '../../core/base/frames.js';
import type { Log } from '../../core/ports.js';
import { isCredentialRefusal, nameProviderRefusal } from '../../core/provider-refusal.js';
import { FaceError, type FaceErrorCode, type Json, toCode } from '../../errors.js';

export interface Failure {
  readonly state: 'failed';
  readonly code: FaceErrorCode;
  readonly reason: string;
  readonly detail: Json;
}

/** Converts an error for an administrator. Unexpected errors are logged with stack frames only. */
export function toFailure(error: unknown, log: Log): Failure {
  const known = error instanceof FaceError ? error : new FaceError(toCode(error));
  if (known !== error) log.error('unexpected error', { frames: framesOf(error) });
  if (isCredentialRefusal(known)) {
    const reason = 'The identity provider does not accept the credentials of this connection.';
    return { state: 'failed', code: 'provider_refused', reason, detail: known.detail };
  }
  const { code, message, detail } = nameProviderRefusal(known);
  return { state: 'failed', code, reason: message, detail };
}

const problemsGuard = z.strictObject({ problems: z.array(z.strictObject({ path: z.string(), reason: z.string() })) });

export function toFailureLines({ code, reason, detail }: Failure): string[] {
  return [`${reason} (${code})`, ...toDetailLines(detail)];
}

const flatGuard = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Formats the detail of an error as lines, one per configuration problem. */
export function toDetailLines(detail: Json): string[] {
  if (detail === null) return [];
  const { data } = problemsGuard.safeParse(detail);
  if (data !== undefined) return data.problems.map(({ path, reason }) => `${path}: ${reason}`);
  const flat = flatGuard.safeParse(detail);
  if (!flat.success) return [JSON.stringify(detail)];
  const stated = Object.entries(flat.data).filter(([, value]) => value !== null);
  return stated.length === 0 ? [] : [stated.map(([name, value]) => `${name}: ${value}`).join(', ')];
}
