export const refusedReasons = ['face', 'over', 'sign-in', 'unknown', 'down', 'later'] as const;
export type RefusedReason = (typeof refusedReasons)[number];

export interface DoorTexts {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly whose: string;
  readonly faceTitle: string;
  readonly userName: string;
  readonly faceCheck: string;
  readonly signInTitle: string;
  readonly signInText: string;
  readonly signIn: (organisation: string | null) => string;
  readonly refused: Readonly<Record<RefusedReason, string>>;
  readonly languages: string;
}
