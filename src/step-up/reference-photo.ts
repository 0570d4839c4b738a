import type { Ports } from '../core/deps.js';
import type { QueueShare } from '../core/fair-queue.js';
import { type Hint, hintOfReference } from '../core/hints.js';
import type { Photo } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import { findUnusable, isPortraitOf } from '../enrolment/portrait.js';
import { FaceError, isOneOf, photoCodes, toCode } from '../errors.js';
import { chargeUnusable, type StepUpRecord } from './record.js';
import { changeSession, type FoundSession } from './session.js';
import type { StepUp } from './stored.js';
import { countReferenceCheck } from './transitions.js';

/*
 * The photo of an identity document. It is not stored, so it is checked when the user chooses it, and again with the
 * frames.
 */

/** Detail of errors about this photo, which distinguishes them from errors about camera pictures. */
const detail = 'reference';

export const isOfReferencePhoto = (error: unknown): boolean => error instanceof FaceError && error.detail === detail;

export const wantsReference = ({ record, connection }: Pick<StepUp, 'record' | 'connection'>): boolean =>
  record.purpose === 'enrol' && connection?.policy.referencePhoto === true;

async function examine(reference: Photo, share: QueueShare, deps: Ports<'verifier'>): Promise<void> {
  const unusable = await findUnusable(reference, share, deps);
  if (unusable !== null) throw new FaceError(unusable, detail);
}

/**
 * Checks a document's photo without storing it.
 * @returns a hint, or `null` if the photo has exactly one face
 * @throws `step_up_unknown`; `step_up_finished`, also if no checks are left; `consent_missing`, `not_found`,
 * `locked_out`
 */
export async function checkReferencePhoto(
  { session, reference }: { readonly session: FoundSession; readonly reference: Photo },
  deps: Ports<'state' | 'clock' | 'verifier' | 'settings'>,
): Promise<Hint | null> {
  try {
    const spend = (record: StepUpRecord, now: EpochMs): StepUpRecord =>
      countReferenceCheck(record, { isWanted: wantsReference({ ...session, record }) }, now);
    return await chargeUnusable(
      session,
      async (toRow) => {
        await changeSession(session, spend, deps);
        await examine(reference, toRow(), deps);
        return null;
      },
      deps,
    );
  } catch (error) {
    const code = toCode(error);
    if (isOfReferencePhoto(error) && isOneOf(photoCodes, code)) return hintOfReference[code];
    throw error;
  }
}

/** Returns the submitted photo after detecting its face. @throws `photo_missing`, or errors of this photo */
export async function takeReference(
  reference: Photo | null,
  share: QueueShare,
  deps: Ports<'verifier'>,
): Promise<Photo> {
  if (reference === null) throw new FaceError('photo_missing', detail);
  await examine(reference, share, deps);
  return reference;
}

/** Compares the document with the pictures straight ahead. @throws `face_mismatch`, or errors of a picture */
export async function matchReference(
  { reference, photos }: { readonly reference: Photo; readonly photos: readonly Photo[] },
  share: QueueShare,
  deps: Ports<'verifier'>,
): Promise<void> {
  if (!(await isPortraitOf({ portrait: reference, photos }, share, deps))) throw new FaceError('face_mismatch', detail);
}
