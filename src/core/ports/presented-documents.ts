import type { JsonObject } from '../base/json.js';
import type { EnrolmentDocument } from '../enrolment-proof.js';
import type { Hint } from '../hints.js';
import type { OwnPhoto, Photo } from '../secrets.js';

/** Request for a digital document. */
export interface DocumentRequest {
  /** Protocol and data for the browser's Digital Credentials API. */
  readonly protocol: string;
  readonly data: JsonObject;
  /** Opens the app with the document, also on another device. `null` if the browser is the only way. */
  readonly link: string | null;
}

/** A valid document of the person. */
export interface PresentedDocument extends EnrolmentDocument {
  readonly portrait: Photo;
}

/** Reads digital identity documents that people present for one check. */
export interface PresentedDocuments {
  createRequest(stepUpId: string): Promise<DocumentRequest>;
  /** Returns the encrypted response that an app sent to the link. `null` if there is none. */
  findResponse(stepUpId: string): Promise<string | null>;
  /** Makes room for another response. */
  forgetResponse(stepUpId: string): Promise<void>;
  /**
   * Decrypts and verifies a response.
   * @param of.subject - whose names the document must have. `null`: anyone's
   * @returns a hint if the document is not valid, or another person's
   * @throws `subject_unknown`, `profile_unavailable`
   */
  read(
    response: string,
    of: { readonly stepUpId: string; readonly subject: string | null },
    own: OwnPhoto,
  ): Promise<PresentedDocument | Hint>;
}
