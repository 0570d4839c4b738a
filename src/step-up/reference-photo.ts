import type { Ports } from '../core/deps.js';
import type { QueueShare } from '../core/fair-queue.js';
import { type Hint, hintOfReference } from '../core/hints.js';
import { contextOfReference } from '../core/page-protocol.js';
import type { ContentKeys } from '../core/ports.js';
import type { Photo } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import { findUnusable } from '../enrolment/portrait.js';
import { openPictures } from './encrypted-pictures.js';
import { chargeUnusable, type StepUpRecord } from './record.js';
import { changeSession, type FoundSession } from './session.js';
import type { StepUp } from './stored.js';
import { countReferenceCheck } from './transitions.js';

/*
 * The photo of an identity document. It is not stored, so it is checked when the user chooses it, and again with the
 * frames.
 */

export const wantsReference = ({ record, connection }: Pick<StepUp, 'record' | 'connection'>): boolean =>
  record.purpose === 'enrol' && connection?.policy.referencePhoto === true;

/**
 * Checks a document's photo without storing it.
 * @returns a hint, or `null` if the photo has exactly one face
 * @throws `step_up_unknown`; `step_up_finished`, also if no checks are left; `consent_missing`, `not_found`,
 * `locked_out`
 */
export async function checkReferencePhoto(
  {
    session,
    reference,
    contentKeys,
  }: { readonly session: FoundSession; readonly reference: Photo; readonly contentKeys: ContentKeys | null },
  deps: Ports<'state' | 'clock' | 'verifier' | 'settings' | 'encryptedPictures'>,
): Promise<Hint | null> {
  const spend = (record: StepUpRecord, now: EpochMs): StepUpRecord =>
    countReferenceCheck(record, { isWanted: wantsReference({ ...session, record }) }, now);
  const unusable = await chargeUnusable(
    session,
    async (newShare) => {
      await changeSession(session, spend, deps);
      const share = newShare();
      const sent = { contentKeys, context: contextOfReference, share };
      const [opened = reference] = await openPictures([reference], sent, deps);
      return findUnusable(opened, share, deps);
    },
    deps,
  );
  return unusable === null ? null : hintOfReference[unusable];
}

/**
 * Detects the face of the submitted photo.
 * @returns a hint if the photo is missing or unusable. Tells the person before a try is counted
 */
export async function findReferenceProblem(
  reference: Photo | null,
  share: QueueShare,
  deps: Ports<'verifier'>,
): Promise<Hint | null> {
  const unusable = reference === null ? 'photo_missing' : await findUnusable(reference, share, deps);
  return unusable === null ? null : hintOfReference[unusable];
}
