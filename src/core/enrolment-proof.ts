/**
 * What an enrolment rests on.
 * - `photo`: the face matched the photo that the organization already had.
 * - `in_person`, `vouched`: a help desk agent saw the person, or verified them in a call.
 * - `sign_in`: the provider had authenticated the person.
 * - `invitation`: the person had a link, for example from an e-mail.
 * - `client`: an API client sent the photos.
 */
export const enrolmentProofs = ['photo', 'in_person', 'vouched', 'sign_in', 'invitation', 'client'] as const;
export type EnrolmentProof = (typeof enrolmentProofs)[number];

/** Proofs that a help desk agent gives. */
export const helpDeskProofs = ['in_person', 'vouched'] as const satisfies readonly EnrolmentProof[];
export type HelpDeskProof = (typeof helpDeskProofs)[number];
