import type { Ports } from '../core/deps.js';
import type { Hint } from '../core/hints.js';
import { maxDocumentCharacters } from '../core/page-protocol.js';
import type { DocumentRequest, PresentedDocuments } from '../core/ports.js';
import { owningPhotos, type Photo } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import { findUnusable } from '../enrolment/portrait.js';
import { FaceError } from '../errors.js';
import { chargeUnusable, checkStarted, type StepUpRecord } from './record.js';
import { changeSession, type FoundSession } from './session.js';
import type { StepUp } from './stored.js';
import { countReferenceCheck } from './transitions.js';

/*
 * The digital document of an enrolment. Its portrait is not stored: the page keeps the encrypted response and sends it again
 * with the pictures.
 */

/** Returns the reader of the document that an enrolment asks for. `null` if it asks for none. */
export function documentsOf({ record, connection }: Pick<StepUp, 'record' | 'connection'>): PresentedDocuments | null {
  const isSource = record.purpose === 'enrol' && connection?.policy.photo?.source === 'document';
  return isSource ? (connection.documents ?? null) : null;
}

function requireDocuments(stepUp: Pick<StepUp, 'record' | 'connection'>): PresentedDocuments {
  const documents = documentsOf(stepUp);
  if (documents === null) throw new FaceError('not_found');
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
 * Verifies a document and its portrait, without comparing it.
 * @returns `response` is `null` if none was presented yet; `hint` says what is wrong with it, or is `null`
 * @param sent - response that the browser returned. `null`: the one that an app sent to the link
 * @throws `not_found`, `consent_missing`; `step_up_finished`, also if no looks are left; `locked_out`,
 * `subject_unknown`, `profile_unavailable`, `overloaded`, `key_service_unavailable`
 */
export async function lookAtDocument(
  session: FoundSession,
  sent: string | null,
  deps: Ports<'state' | 'clock' | 'verifier' | 'settings'>,
): Promise<{ readonly response: string | null; readonly hint: Hint | null }> {
  const documents = requireDocuments(session);
  const { id: stepUpId, record } = session;
  checkStarted(record, deps.clock.now());
  const response = sent ?? (await documents.findResponse(stepUpId));
  if (response === null) return { response, hint: null };
  const spend = (found: StepUpRecord, now: EpochMs): StepUpRecord =>
    countReferenceCheck(found, { isWanted: documentsOf({ ...session, record: found }) !== null }, now);
  const look = (toRow: Parameters<Parameters<typeof chargeUnusable>[1]>[0]): Promise<Hint | null> =>
    owningPhotos(async (own) => {
      await changeSession(session, spend, deps);
      const read = await documents.read(response, { stepUpId, subject: record.subject }, own);
      if (typeof read === 'string') return read;
      return (await findUnusable(read.portrait, toRow(), deps)) === null ? null : 'document_portrait';
    });
  const hint = await chargeUnusable(session, look, deps);
  // Kept until now, so that a failure in between does not lose it.
  if (sent === null) await documents.forgetResponse(stepUpId);
  return { response, hint };
}
