/** Why somebody is back at the door. */
export const refusedReasons = ['face', 'over', 'sign-in', 'unknown', 'down', 'later'] as const;
export type RefusedReason = (typeof refusedReasons)[number];

/** What the door of a person's own page says. */
export interface DoorTexts {
  /** In its own language. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly whose: string;
  readonly faceTitle: string;
  readonly userName: string;
  readonly faceCheck: string;
  readonly signInTitle: string;
  readonly signInText: string;
  /** `organisation` is whose account it is; `null` where that has no name. */
  readonly signIn: (organisation: string | null) => string;
  readonly refused: Readonly<Record<RefusedReason, string>>;
  readonly languages: string;
}
