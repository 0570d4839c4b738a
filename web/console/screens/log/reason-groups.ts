/** Groups of the reasons in the log. A reason is in the first group that its code matches. */
export const reasonGroups = [
  ['otherFace', /^(face_mismatch|company_photo_unlike)$/],
  ['outage', /(_unavailable|_throttled|^liveness_refused|^provider_refused|^overloaded|^internal)$/],
  ['picture', /^(photo|company_photo|face_(none|many|too_small|unclear))/],
  ['liveness', /^(liveness|challenge|light|phone)_/],
  ['noCheck', /^(no_check$|weaker_check|(passkey|face)_missing|check_used|other_a|face_not_verified|step_up_)/],
  ['notEnrolled', /^(not_enrolled|token_|enrolment_(changed|lost))/],
  ['locked', /^locked_out$/],
  ['codes', /^(another_way|code_wrong|contact_unverified|wrong_number|secret_missing)$/],
  ['person', /^(not_asked_for|consent_missing)$/],
  ['other', /^/],
] as const;

export const isReasonGroup = (value: string): boolean => reasonGroups.some(([name]) => name === value);

/**
 * Returns the codes that a choice of the filter stands for.
 * @param choice - a group, or one code
 * @param codes - all codes of the log
 */
export const codesOf = (choice: string, codes: readonly string[]): readonly string[] =>
  isReasonGroup(choice)
    ? codes.filter((code) => reasonGroups.find(([, pattern]) => pattern.test(code))?.[0] === choice)
    : [choice];
