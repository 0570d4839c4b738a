import {
  type ConnectedSubject,
  type Connection,
  type PhotoPolicy,
  type Policy,
  readTokenIfAny,
  toSubjectRef,
  type UnprovenPolicy,
} from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import {
  type EnrolmentDocument,
  type EnrolmentProof,
  type HelpDeskProof,
  helpDeskProofs,
} from '../core/enrolment-proof.js';
import type { QueueShare } from '../core/fair-queue.js';
import type { Hint } from '../core/hints.js';
import { charge, consumeLimits } from '../core/limits/limits.js';
import type { CompanyPhoto } from '../core/ports.js';
import { type OwnPhoto, owningPhotos, type Photo, type SealedToken } from '../core/secrets.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { FaceError, type FaceErrorCode, isOneOf, type PhotoCode, toCode } from '../errors.js';
import { identifyIfToken, isDenied, isEnrolled } from './deny-list.js';
import { findUnusable, isPortraitOf } from './portrait.js';
import { hasEndedWithoutFace } from './revoke.js';

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
  'company_photo_unavailable',
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
  /** Response with a digital document, still encrypted. `null` if the person presented none. */
  readonly document: string | null;
  /** Proof of the enrolment if the photo does not confirm the face. */
  readonly given: EnrolmentProof;
  /** True if the person has just shown the previous face. */
  readonly hasShownFormer: boolean;
}

/** What an enrolment rests on, and whether that is enough to replace the face of an enrolled person. */
export interface ProvenEnrolment {
  readonly kind: 'proven';
  readonly proof: EnrolmentProof;
  /** Only of the proof `document`. */
  readonly document: EnrolmentDocument | null;
  readonly mayReplace: boolean;
}

/** The organization's photo does not confirm the face, or cannot. */
export interface UnprovenEnrolment {
  readonly kind: 'unproven';
  readonly code: CompanyPhotoCode;
  /** Tells the person what is wrong with their digital document. `null` for another photo. */
  readonly hint: Hint | null;
}

/** Result of a comparison. `code` is `null` if the face is confirmed. */
interface Finding {
  readonly code: CompanyPhotoCode | null;
  readonly hint: Hint | null;
  readonly document: EnrolmentDocument | null;
}

const refusedFor = (code: CompanyPhotoCode, hint: Hint | null = null): Finding => ({ code, hint, document: null });

type ProofPorts = Ports<'state' | 'clock' | 'audit' | 'verifier' | 'settings'>;

/**
 * Finds out what an enrolment rests on, and compares the face with the organization's photo if the policy asks for it.
 * In the shadow mode of `policy.photo`, a refusal is only recorded.
 * @throws `locked_out` after too many faces that differ from the photo; `profile_unavailable`
 */
export async function proveEnrolment(face: NewFace, deps: ProofPorts): Promise<ProvenEnrolment | UnprovenEnrolment> {
  const { connection, given, hasShownFormer } = face;
  const { photo: policy } = connection.policy;
  const found = policy === null ? 'passed_over' : await compareWithCompanyPhoto(face, policy, deps);
  if (found !== 'passed_over') {
    const { code, hint, document } = found;
    if (code !== null) return { kind: 'unproven', code, hint };
    return { kind: 'proven', proof: document === null ? 'photo' : 'document', document, mayReplace: true };
  }
  // The new face was compared with nothing, so the former proof does not hold for it.
  const proof = hasShownFormer ? 'former_face' : given;
  return { kind: 'proven', proof, document: null, mayReplace: hasShownFormer || replaces(connection, given) };
}

/** A digital document that is asked for by itself, whatever the source of photos is. */
const documentAlone: PhotoPolicy = {
  mode: 'enforce',
  source: 'document',
  hosts: [],
  privateAddresses: false,
  minAgeDays: null,
  maxAgeDays: null,
  whenForbidden: 'unavailable',
  whenMissing: 'refuse',
  whenUnlike: 'refuse',
};

/**
 * Compares a face that is known with the digital document that its person presents.
 * @returns `null` if the document is the person's, and its portrait the face
 * @throws `locked_out`, `profile_unavailable`
 */
export async function findUnprovenDocument(face: NewFace, deps: ProofPorts): Promise<UnprovenEnrolment | null> {
  const found = await compareWithCompanyPhoto(face, documentAlone, deps);
  if (found === 'passed_over') throw new FaceError('internal', 'a document that was passed over');
  const { code, hint } = found;
  return code === null ? null : { kind: 'unproven', code, hint };
}

/** Returns true if what is given is enough to replace a face. */
const replaces = ({ policy }: Connection, given: EnrolmentProof): boolean =>
  // A client that sends photos itself stands for the person.
  isHelpDesk(given) || given === 'photos_of_client' || (policy.replaceFace === 'link' && given === 'invitation');

/**
 * Finds out what an invitation needs to replace the face of an enrolled person.
 * @returns `photo` if the organization's photo must confirm the new face, `face` if no invitation is enough
 */
export function replacementOf({
  photo,
  replaceFace,
}: Pick<Policy, 'photo' | 'replaceFace'>): 'link' | 'photo' | 'face' {
  // In shadow mode, a face that the photo does not confirm is only recorded.
  if (replaceFace === 'link' && (photo === null || photo.mode === 'shadow')) return 'link';
  return photo === null ? 'face' : 'photo';
}

/**
 * Refuses to replace the face of an enrolled person for a link or a sign-in alone.
 * @throws `enrolment_exists`, `profile_unavailable`
 */
export async function checkMayReplace(
  who: ConnectedSubject,
  given: EnrolmentProof,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<void> {
  if (!(await mayEnrol(who, given, deps))) throw new FaceError('enrolment_exists');
}

/** Returns true if what is given replaces the face of the person, or if there is none to replace. */
export async function mayEnrol(
  who: ConnectedSubject,
  given: EnrolmentProof,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<boolean> {
  const { connection, subject } = who;
  if (replaces(connection, given)) return true;
  if (given !== 'invitation' && (await hasEndedWithoutFace(toSubjectRef(who), deps))) return false;
  return !(await isUsable(await readTokenIfAny(connection, subject), deps));
}

/** Returns true if the token is an enrolment that a face can still pass. */
export async function isUsable(
  token: SealedToken | null,
  deps: Ports<'state' | 'clock' | 'verifier'>,
): Promise<boolean> {
  const named = identifyIfToken(token, deps);
  if (named === null || !isEnrolled(token, deps) || (await isDenied(named.tokenId, deps))) return false;
  return deps.verifier.holdsKeyOf(named);
}

/**
 * Compares the face with the organization's photo, and records the outcome.
 * @returns `passed_over` if the enrolment need not be refused for the finding
 * @throws `locked_out`, `profile_unavailable`
 */
async function compareWithCompanyPhoto(
  face: NewFace,
  policy: PhotoPolicy,
  deps: ProofPorts,
): Promise<'passed_over' | Finding> {
  const { given, hasShownFormer, stepUpId } = face;
  const who = toSubjectRef(face);
  const limit = ['companyPhotosOfPerson', JSON.stringify([who.connection, who.subject])] as const;
  // Bounds guesses with faces that are alike. The person is locked out of enrolments only.
  const limits = isHelpDesk(given) ? [] : [limit];
  await consumeLimits(limits, deps);
  const refund = (): Promise<void> => charge(limits, -1, deps);
  const found = await owningPhotos((own) => compare(face, policy, own, deps)).catch(async (error: unknown) => {
    await refund();
    throw error;
  });
  const { code, hint, document } = found;
  if (code !== 'company_photo_unlike') await refund();
  const rule = code === null ? 'refuse' : ruleFor(code, policy);
  const isVouchedFor = hasShownFormer || (rule === 'helpDesk' && isHelpDesk(given));
  const isRefused = code !== null && !isVouchedFor && policy.mode === 'enforce';
  const reported = { reason: hint ?? undefined, document: document ?? undefined };
  const detail = { stepUpId, code, refused: isRefused, ...reported };
  await deps.audit.append({ action: 'company_photo_compared', ...who, detail });
  return code === null || isRefused ? found : 'passed_over';
}

function ruleFor(code: CompanyPhotoCode, { whenMissing, whenUnlike }: PhotoPolicy): UnprovenPolicy {
  if (code === 'company_photo_unlike') return whenUnlike;
  // The photo may exist, and differ.
  return code === 'company_photo_unavailable' ? 'refuse' : whenMissing;
}

/** Compares the face with the photo of the source, or with the document that the person presented. */
async function compare(
  face: NewFace,
  policy: PhotoPolicy,
  own: OwnPhoto,
  deps: Ports<'clock' | 'verifier'>,
): Promise<Finding> {
  const { photos, share } = face;
  const isDocument = policy.source === 'document';
  const found = await (isDocument ? readPresentedDocument(face, own) : readPhoto(face, policy, own, deps));
  if ('code' in found) return found;
  const { photo: portrait, document } = found;
  const unusable = await findUnusable(portrait, share, deps);
  if (unusable !== null) return refusedFor(codeOfPhoto[unusable], isDocument ? 'document_portrait' : null);
  if (await isPortraitOf({ portrait, photos }, share, deps)) return { code: null, hint: null, document };
  return refusedFor('company_photo_unlike', isDocument ? 'document_unlike' : null);
}

/** Returns the finding about a document that is not valid, or cannot be checked. */
export const codeOfDocument = (hint: Hint): CompanyPhotoCode =>
  hint === 'document_unchecked' ? 'company_photo_unavailable' : 'company_photo_invalid';

interface Portrait extends Pick<CompanyPhoto, 'photo'> {
  readonly document: EnrolmentDocument | null;
}

async function readPresentedDocument(
  { connection: { documents }, subject, stepUpId, document: response }: NewFace,
  own: OwnPhoto,
): Promise<Portrait | Finding> {
  if (documents === undefined) throw new FaceError('internal', 'no reader of documents');
  if (response === null || stepUpId === null) return refusedFor('company_photo_missing');
  const read = await documents.read(response, { stepUpId, subject }, own);
  if (typeof read === 'string') return refusedFor(codeOfDocument(read), read);
  const { portrait: photo, issuer, kind } = read;
  return { photo, document: { issuer, kind } };
}

async function readPhoto(
  { connection: { findPhoto }, subject }: NewFace,
  { minAgeDays, maxAgeDays }: PhotoPolicy,
  own: OwnPhoto,
  { clock }: Ports<'clock'>,
): Promise<Portrait | Finding> {
  if (findPhoto === undefined) throw new FaceError('internal', 'no source of photos');
  const found = await findPhoto(subject, own).catch((error: unknown) => {
    const code = toCode(error);
    // The address of the photo is in the profile.
    if (code === 'profile_unavailable') return 'company_photo_unavailable' as const;
    if (isOneOf(companyPhotoCodes, code)) return code;
    throw error;
  });
  if (found === null) return refusedFor('company_photo_missing');
  if (typeof found === 'string') return refusedFor(found);
  const { photo, changedAt } = found;
  const now = clock.now();
  const isYounger = (days: number | null): boolean | null =>
    days === null || changedAt === null ? null : addSec(changedAt, days * secondsPerDay) > now;
  if (isYounger(minAgeDays) === true) return refusedFor('company_photo_recent');
  if (isYounger(maxAgeDays) === false) return refusedFor('company_photo_old');
  return { photo, document: null };
}
