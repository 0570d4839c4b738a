import type { Texts } from '../../locales/compiled/capture/page/texts.js';
import { hintOfFrames } from '../../src/core/hints.js';
import type { PhotoCode } from '../../src/errors.js';

export type ProblemName = keyof Texts['problems'];

export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly problem: ProblemName,
    /** Seconds before a retry, or `null` if unknown. */
    readonly waitSec: number | null = null,
    options?: ErrorOptions,
  ) {
    super(problem, options);
  }
}

export const toKnown = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem('general', null, { cause: error });

/** Ignores that the server was not reached or is busy, because the request can be repeated. Throws other errors. */
export function nullIfPassing(error: unknown): null {
  if (error instanceof Problem && ['offline', 'time-out', 'overloaded', 'unavailable'].includes(error.problem))
    return null;
  throw error;
}

/** Thrown if the pictures cannot be used. The user takes new ones, with a hint. */
export class UnusablePictures extends Error {
  override readonly name = 'UnusablePictures';
  constructor(readonly code: PhotoCode) {
    super(code);
  }
}

const problemByCode: Readonly<Record<string, ProblemName>> = {
  locked_out: 'locked-out',
  step_up_unknown: 'link-over',
  step_up_finished: 'link-over',
  caller_untrusted: 'link-over',
  not_found: 'link-over',
  step_up_opened: 'opened-elsewhere',
  enrolment_exists: 'enrolled-already',
  enrolment_lost: 'enrolment-lost',
  company_photo_missing: 'company-photo',
  company_photo_invalid: 'company-photo',
  company_photo_faceless: 'company-photo',
  company_photo_crowded: 'company-photo',
  company_photo_small: 'company-photo',
  company_photo_old: 'company-photo',
  company_photo_recent: 'company-photo',
  company_photo_unlike: 'company-photo-unlike',
  company_photo_unavailable: 'unavailable',
  challenge_wrong: 'challenge-over',
  liveness_expired: 'vendor-over',
  liveness_unfinished: 'vendor-over',
  liveness_vendor_needed: 'vendor-over',
  liveness_unavailable: 'unavailable',
  liveness_throttled: 'unavailable',
  liveness_refused: 'unavailable',
  phone_needed: 'phone-needed',
  code_wrong: 'code-wrong',
  contact_missing: 'not-sent',
  delivery_failed: 'not-sent',
  limit_reached: 'overloaded',
  overloaded: 'overloaded',
  profile_unavailable: 'unavailable',
  state_unavailable: 'unavailable',
  key_service_unavailable: 'unavailable',
  upstream_unavailable: 'unavailable',
};

const isPhotoCode = (code: string): code is PhotoCode => Object.hasOwn(hintOfFrames, code);

/** Maps a server refusal to a problem; unknown codes become `general`. */
export function toProblem(code: string, waitSec: number | null): Problem | UnusablePictures {
  if (isPhotoCode(code)) return new UnusablePictures(code);
  const known = Object.hasOwn(problemByCode, code) ? problemByCode[code] : undefined;
  return new Problem(known ?? 'general', waitSec);
}

const problemByCameraError: Readonly<Record<string, ProblemName>> = {
  NotAllowedError: 'camera-denied',
  SecurityError: 'camera-denied',
  NotFoundError: 'camera-none',
  OverconstrainedError: 'camera-none',
  NotReadableError: 'camera-busy',
  AbortError: 'camera-busy',
  TypeError: 'unsupported',
};

/**
 * Maps an error of `getUserMedia` to a problem.
 * @see https://www.w3.org/TR/mediacapture-streams/#dom-mediadevices-getusermedia
 */
export function toCameraProblem(error: unknown): Problem {
  const name = error instanceof Error ? error.name : '';
  const known = Object.hasOwn(problemByCameraError, name) ? problemByCameraError[name] : undefined;
  return new Problem(known ?? 'camera-busy', null, { cause: error });
}
