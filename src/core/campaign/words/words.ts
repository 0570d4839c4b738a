import type { LetterKind } from '../person.js';

export interface CampaignWords {
  readonly letters: Readonly<Record<LetterKind, { readonly subject: string; readonly text: string }>>;
  readonly button: string;
  /** Sender's name if the brand has no organization. */
  readonly organisation: string;
  readonly footer: readonly string[];
}
