import type { Ports } from '../core/deps.js';
import type { Hint } from '../core/hints.js';
import { maxDocumentCharacters } from '../core/page-protocol.js';
import type { DocumentRequest, PresentedDocuments } from '../core/ports.js';
import { owningPhotos, type Photo } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import { codeOfDocument } from '../enrolment/company-photo.js';
import { findUnusable } from '../enrolment/portrait.js';
import { FaceError } from '../errors.js';
import { countAnonymousCheck } from './complete.js';
import {
  anonymousSourceOf,
  chargeUnusable,
  checkStarted,
  type StepUpRecord,
  subjectOf,
  type Termed,
} from './record.js';
import { changeSession, type FoundSession } from './session.js';
import { documentAskedOf } from './session-view.js';
import type { StepUp } from './stored.js';
import { countReferenceCheck } from './transitions.js';

/*
 * The digital document of an enrolment or a recovery. Its portrait is not stored: the page keeps the encrypted response and
 * sends it again with the pictures.
 */

/** @throws `not_found` if no document is asked for */
function requireDocuments(stepUp: Termed & Pick<StepUp, 'connection'>): PresentedDocuments {
  const documents = stepUp.connection?.documents;
  if (documentAskedOf(stepUp) === 'none' || documents === undefined) throw new FaceError('not_found');
  return documents;
}

/** Reads the response that a page sent as a file. @throws `request_malformed` if it is too large */
export function toResponse([file]: readonly Photo[]): string | null {
  if (file === undefined) return null;
  if (file.sizeBytes > maxDocumentCharacters)
    throw new FaceError('request_malformed', { field: 'document', reason: 'too large' });
  return file.use((bytes) => Buffer.from(bytes).toString('latin1'));
}

/** @throws `not_found` if no document is asked for; `consent_missing`, `step_up_finished`, `key_service_unavailable` */
export async function requestDocument(session: FoundSession, deps: Ports<'clock'>): Promise<DocumentRequest> {
  const documents = requireDocuments(session);
  checkStarted(session.record, deps.clock.now());
  if (session.record.consent === null) throw new FaceError('consent_missing');
  return documents.createRequest(session.id);
}

/**
 * Verifies a document and its portrait, without comparing the face. A refusal is recorded.
 * @returns `response` is `null` if none was presented yet; `hint` says what is wrong with it, or is `null`
 * @param sent - response that the browser returned. `null`: the one that an app sent to the link
 * @throws `not_found`, `consent_missing`; `step_up_finished`, also if no looks are left; `locked_out`,
 * `subject_unknown`, `profile_unavailable`, `overloaded`, `key_service_unavailable`
 */
export async function lookAtDocument(
  session: FoundSession,
  sent: string | null,
  deps: Ports<'state' | 'clock' | 'audit' | 'verifier' | 'settings'>,
): Promise<{ readonly response: string | null; readonly hint: Hint | null }> {
  const documents = requireDocuments(session);
  const { id: stepUpId, record } = session;
  // An anonymous caller must not learn the names of a person, nor cause a look-up, before the face is known.
  const subject = anonymousSourceOf(record) === null ? record.subject : null;
  checkStarted(record, deps.clock.now());
  const response = sent ?? (await documents.findResponse(stepUpId));
  if (response === null) return { response, hint: null };
  await countAnonymousCheck(session, deps);
  const spend = (found: StepUpRecord, now: EpochMs): StepUpRecord =>
    countReferenceCheck(found, { isWanted: documentAskedOf({ ...session, record: found }) !== 'none' }, now);
  const look = (newShare: Parameters<Parameters<typeof chargeUnusable>[1]>[0]): Promise<Hint | null> =>
    owningPhotos(async (own) => {
      await changeSession(session, spend, deps);
      const read = await documents.read(response, { stepUpId, subject }, own);
      if (typeof read === 'string') return read;
      return (await findUnusable(read.portrait, newShare(), deps)) === null ? null : 'document_portrait';
    });
  const hint = await chargeUnusable(session, look, deps);
  if (hint !== null) {
    const code = codeOfDocument(hint);
    const detail = { stepUpId, code, refused: documentAskedOf(session) === 'needed', reason: hint };
    await deps.audit.append({ action: 'company_photo_compared', ...subjectOf(record), detail });
  }
  // Kept until now, so that a failure in between does not lose it.
  if (sent === null) await documents.forgetResponse(stepUpId);
  return { response, hint };
}
