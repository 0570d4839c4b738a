import type { LetterKind } from '../person.js';

export interface CampaignWords {
  readonly letters: Readonly<Record<LetterKind, { readonly subject: string; readonly text: string }>>;
  readonly button: string;
  readonly organisation: string;
  readonly footer: readonly string[];
}
