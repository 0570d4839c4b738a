import { FaceError, isOneOf, photoCodes, toCode } from '../../errors.js';
import type { Photo } from '../concealed.js';
import type { Connection } from '../connection.js';
import { type Hint, hintOfReference } from '../hints.js';
import type { Verifier } from '../ports.js';
import type { QueueShare } from '../queue-share.js';
import type { EpochMs } from '../units.js';
import type { StepUpRecord } from './record.js';
import { changeSession, type FoundSession } from './session.js';
import type { StepUp, StepUpDeps } from './stored.js';
import { look } from './transitions.js';
import { chargeUnusable } from './unusable-pictures.js';

/*
 * The photo of an identity document that some enrolments ask for. It is looked at when the person has chosen it, so that
 * nobody makes the movements for a photo of no use; and again with the frames, as nothing of it is kept in between.
 */

/** What a refusal of this photo has for a detail: the same codes stand for the camera's pictures. */
const detail = 'reference';

/** Whether it was the photo of the document that was refused. */
export const isOfReferencePhoto = (error: unknown): boolean => error instanceof FaceError && error.detail === detail;

/** Whether this enrolment asks for one. */
export const wantsReference = ({ record, connection }: Pick<StepUp, 'record' | 'connection'>): boolean =>
  record.purpose === 'enrol' && record.kept === null && connection?.policy.referencePhoto === true;

/**
 * Asks the verifier about the one face, for what it says where there is none; the answer to the question is of no interest.
 * @throws FaceError of this photo, with the code of what is wrong with it
 */
async function examine(
  reference: Photo,
  share: QueueShare,
  { verifier }: { readonly verifier: Verifier },
): Promise<void> {
  try {
    await verifier.liveness(reference, share);
  } catch (error) {
    const code = toCode(error);
    throw isOneOf(photoCodes, code) ? new FaceError(code, detail, { cause: error }) : error;
  }
}

/**
 * Looks at the photo of a document, before the movements: as often as a step-up has looks left, and nothing is kept.
 * @returns what would help; `null`: it has the one face it needs
 * @throws FaceError `step_up_unknown`, `step_up_finished`: also where no look is left; `consent_missing`, `not_found`: no such
 *   photo is asked for; `locked_out`, `overloaded`, `upstream_unavailable`, `upstream_malformed`
 */
export async function lookAtReference(
  { session, reference }: { readonly session: FoundSession; readonly reference: Photo },
  deps: StepUpDeps,
): Promise<Hint | null> {
  try {
    const spend = (record: StepUpRecord, now: EpochMs): StepUpRecord =>
      look(record, { isWanted: wantsReference({ ...session, record }) }, now);
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

/**
 * The photo that came with the frames, known to have one face.
 * @throws FaceError `photo_missing`, or of this photo
 */
export async function takeReference(
  reference: Photo | null,
  share: QueueShare,
  deps: { readonly verifier: Verifier },
): Promise<Photo> {
  if (reference === null) throw new FaceError('photo_missing', detail);
  await examine(reference, share, deps);
  return reference;
}

/**
 * Whether a picture straight ahead shows the person of the document. One is enough: the judge takes both for one person, and
 * documents are years old.
 * @throws FaceError `face_mismatch`, of this photo
 */
export async function matchReference(
  { reference, photos }: { readonly reference: Photo; readonly photos: readonly Photo[] },
  { policy }: Connection,
  share: QueueShare,
  { verifier }: { readonly verifier: Verifier },
): Promise<void> {
  const straight = [photos[0], photos.at(-1)].flatMap((photo) => (photo === undefined ? [] : [photo]));
  const compared = await verifier.match(reference, straight, policy.accuracy, share);
  for (const each of compared) if ('code' in each) throw new FaceError(each.code);
  if (!compared.some(({ match }) => match)) throw new FaceError('face_mismatch', detail);
}
