/** What a person proves in addition to the face, before a recovery ends in a credential. */
export const secondThings = [
  'recovery_code',
  'other_email',
  'phone',
  'known_device',
  'document',
  'help_desk',
  'manager',
] as const;
export type SecondThing = (typeof secondThings)[number];

export const recoveryOutcomes = ['recovered', 'refused', 'revoked', 'evaluated', 'expired'] as const;
