/**
 * Evidence of the person's identity before the face check of a step-up.
 * - `vouched`: the initiator authenticated the person, or vouches for them. Only then may the person enrol.
 * - `first_factor`: the person's own provider asks after a first factor. Failed checks count against the person.
 * - `anonymous`: no one. Failed checks count against the caller's address.
 */
export type Assurance =
  | { readonly kind: 'vouched' | 'first_factor' }
  | { readonly kind: 'anonymous'; readonly source: string };

export const vouched: Assurance = { kind: 'vouched' };

/** Returns the address of an anonymous caller, against which failures count, or `null`. */
export const outsiderIn = (assurance: Assurance): string | null =>
  assurance.kind === 'anonymous' ? assurance.source : null;
