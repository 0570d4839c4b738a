import { z } from 'zod';

/**
 * What an enrolment rests on.
 * - `photo`: the face matched the photo that the organization already had.
 * - `document`: the face matched the portrait of a digital identity document of the person.
 * - `in_person`, `vouched`: a help desk agent saw the person, or verified them in a call.
 * - `former_face`: the previous face had been shown. The new face was compared with nothing.
 * - `sign_in`: the provider had authenticated the person.
 * - `client`: an application vouched for the person.
 * - `photos_of_client`: an API client sent the photos.
 * - `invitation`: the person had a link, for example from an e-mail.
 */
export const enrolmentProofs = [
  'photo',
  'document',
  'in_person',
  'vouched',
  'former_face',
  'sign_in',
  'client',
  'photos_of_client',
  'invitation',
] as const;
export type EnrolmentProof = (typeof enrolmentProofs)[number];

/** Digital document of a `document` proof: its issuer, by the configured name, and its kind. */
export const enrolmentDocumentGuard = z.object({ issuer: z.string(), kind: z.string() });
export type EnrolmentDocument = z.output<typeof enrolmentDocumentGuard>;

/** Proofs that a help desk agent gives. */
export const helpDeskProofs = ['in_person', 'vouched'] as const satisfies readonly EnrolmentProof[];
export type HelpDeskProof = (typeof helpDeskProofs)[number];

/** Returns true for a proof that an attacker with a link, a sign-in or an API client cannot give. */
export const isIndependentProof = (proof: EnrolmentProof | null): boolean =>
  proof === 'photo' || proof === 'document' || helpDeskProofs.some((each) => each === proof);
