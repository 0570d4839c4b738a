import type { LetterKind } from '../person.js';

export interface CampaignWords {
  readonly letters: Readonly<Record<LetterKind, { readonly subject: string; readonly text: string }>>;
  readonly button: string;
  /** Sender if no organization is named. */
  readonly organisation: string;
  /** Small print below every e-mail. */
  readonly footer: readonly string[];
}
