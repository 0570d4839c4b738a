import { builtInWords, type InvitationKind, type InvitationWords } from '../../core/letters/invitation.js';
import type { LetterLanguage } from '../../core/letters/language.js';
import type { Campaign } from './record.js';

export const ownKey = (kind: InvitationKind, language: LetterLanguage): string => `${kind}.${language}`;

export const wordsOf = (
  { own }: Pick<Campaign, 'own'>,
  kind: InvitationKind,
  language: LetterLanguage,
): InvitationWords => own[ownKey(kind, language)] ?? builtInWords(kind, language);
