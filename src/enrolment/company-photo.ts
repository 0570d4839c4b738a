import {
  type ConnectedSubject,
  type Connection,
  type PhotoPolicy,
  readTokenIfAny,
  toSubjectRef,
} from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { type EnrolmentProof, type HelpDeskProof, helpDeskProofs } from '../core/enrolment-proof.js';
import type { QueueShare } from '../core/fair-queue.js';
import type { CompanyPhoto } from '../core/ports.js';
import type { Photo } from '../core/secrets.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { FaceError, type FaceErrorCode, isOneOf, type PhotoCode, toCode } from '../errors.js';
import { readConsent } from './consent.js';
import { identifyIfToken, isDenied, isEnrolled } from './deny-list.js';
import { findUnusable, isPortraitOf } from './portrait.js';

/* Binds an enrolment to the person: compares the face with the organization's photo, and decides who may replace one. */

/** Findings about the photo. All but `company_photo_unlike` are about the photo alone. */
export const companyPhotoCodes = [
  'company_photo_missing',
  'company_photo_invalid',
  'company_photo_faceless',
  'company_photo_crowded',
  'company_photo_small',
  'company_photo_old',
  'company_photo_recent',
  'company_photo_unlike',
] as const satisfies readonly FaceErrorCode[];
export type CompanyPhotoCode = (typeof companyPhotoCodes)[number];

const codeOfPhoto: Readonly<Record<PhotoCode, CompanyPhotoCode>> = {
  face_none: 'company_photo_faceless',
  face_many: 'company_photo_crowded',
  face_too_small: 'company_photo_small',
  photo_too_small: 'company_photo_small',
  face_unclear: 'company_photo_invalid',
  photo_missing: 'company_photo_invalid',
  photo_single: 'company_photo_invalid',
  photo_too_many: 'company_photo_invalid',
  photo_too_few: 'company_photo_invalid',
  photo_invalid: 'company_photo_invalid',
  photo_too_large: 'company_photo_invalid',
  photo_animated: 'company_photo_invalid',
};

const isHelpDesk = (proof: EnrolmentProof): proof is HelpDeskProof => helpDeskProofs.some((each) => each === proof);

/** A face that is about to be enrolled. */
export interface NewFace extends ConnectedSubject {
  readonly photos: readonly Photo[];
  readonly share: QueueShare;
  readonly stepUpId: string | null;
  /** What the enrolment rests on without a photo. */
  readonly given: EnrolmentProof;
  /** True if the person has just shown the previous face. */
  readonly hasShownFormer: boolean;
}

/**
 * Returns what an enrolment rests on, after comparing the face with the organization's photo if the policy asks for it.
 * In shadow mode, a refusal is only recorded.
 * @throws `enrolment_exists`; `company_photo_*`; `profile_unavailable`
 */
export async function proveEnrolment(
  face: NewFace,
  deps: Ports<'state' | 'clock' | 'audit' | 'verifier'>,
): Promise<EnrolmentProof> {
  const { connection, given, hasShownFormer } = face;
  if (hasShownFormer) return (await readConsent(toSubjectRef(face), deps))?.proof ?? given;
  const { photo: policy } = connection.policy;
  if (policy !== null && connection.findPhoto !== undefined) {
    const proof = await compareWithCompanyPhoto(face, policy, connection.findPhoto, deps);
    if (proof === 'photo') return proof;
  }
  await checkMayReplace(face, given, deps);
  return given;
}

/**
 * Refuses to replace the face of an enrolled person for a link or a sign-in alone.
 * @throws `enrolment_exists`, `subject_unknown`, `profile_unavailable`
 */
export async function checkMayReplace(
  { connection, subject }: ConnectedSubject,
  given: EnrolmentProof,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<void> {
  if (!(await mayReplace({ connection, subject }, given, deps))) throw new FaceError('enrolment_exists');
}

/** Returns true if what is given replaces the face of the person, or if there is none to replace. */
export async function mayReplace(
  { connection, subject }: ConnectedSubject,
  given: EnrolmentProof,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<boolean> {
  // The client stands for the person whose photos it sends.
  if (connection.policy.replaceFace === 'link' || given === 'client' || isHelpDesk(given)) return true;
  return !(await hasUsableEnrolment(connection, subject, deps));
}

async function hasUsableEnrolment(
  connection: Connection,
  subject: string,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<boolean> {
  const token = await readTokenIfAny(connection, subject);
  const named = identifyIfToken(token, deps);
  if (named === null || !isEnrolled(token, deps) || (await isDenied(named.tokenId, deps))) return false;
  return deps.verifier.holdsKeyOf(named);
}

/** Compares, records the outcome, and returns the proof. @throws `company_photo_*` */
async function compareWithCompanyPhoto(
  face: NewFace,
  policy: PhotoPolicy,
  findPhoto: (subject: string) => Promise<CompanyPhoto | null>,
  deps: Ports<'clock' | 'audit' | 'verifier'>,
): Promise<EnrolmentProof> {
  const { connection, given, stepUpId } = face;
  const code = await findRefusal(face, policy, findPhoto, deps);
  const rule = code === 'company_photo_unlike' ? policy.whenUnlike : policy.whenMissing;
  const isVouchedFor = rule === 'helpDesk' && isHelpDesk(given);
  const isRefused = code !== null && !isVouchedFor && connection.policy.mode === 'enforce';
  await deps.audit.append({
    action: 'company_photo_compared',
    ...toSubjectRef(face),
    detail: { stepUpId, code, refused: isRefused },
  });
  if (isRefused) throw new FaceError(code);
  return code === null ? 'photo' : given;
}

/** Returns why the face is not confirmed by the photo, or `null` if it is. */
async function findRefusal(
  { subject, photos, share }: NewFace,
  { minAgeDays, maxAgeDays }: PhotoPolicy,
  findPhoto: (subject: string) => Promise<CompanyPhoto | null>,
  deps: Ports<'clock' | 'verifier'>,
): Promise<CompanyPhotoCode | null> {
  const found = await findPhoto(subject).catch((error: unknown) => {
    const code = toCode(error);
    if (isOneOf(companyPhotoCodes, code)) return code;
    throw error;
  });
  if (found === null) return 'company_photo_missing';
  if (typeof found === 'string') return found;
  const { photo: portrait, changedAt } = found;
  try {
    const now = deps.clock.now();
    const isYounger = (days: number | null): boolean | null =>
      days === null || changedAt === null ? null : addSec(changedAt, days * secondsPerDay) > now;
    if (isYounger(minAgeDays) === true) return 'company_photo_recent';
    if (isYounger(maxAgeDays) === false) return 'company_photo_old';
    const unusable = await findUnusable(portrait, share, deps);
    if (unusable !== null) return codeOfPhoto[unusable];
    return (await isPortraitOf({ portrait, photos }, share, deps)) ? null : 'company_photo_unlike';
  } finally {
    portrait.wipe();
  }
}
