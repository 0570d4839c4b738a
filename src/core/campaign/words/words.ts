import type { LetterKind } from '../person.js';

/** The words of one language. Subject and text take the placeholders of `letterPlaceholders`. */
export interface CampaignWords {
  readonly letters: Readonly<Record<LetterKind, { readonly subject: string; readonly text: string }>>;
  readonly button: string;
  /** Who asks, where nobody is named. */
  readonly organisation: string;
  /** Small print below every letter. */
  readonly footer: readonly string[];
}
