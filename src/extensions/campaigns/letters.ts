import type { LetterLanguage } from '../../core/language.js';
import { builtInWords, type InvitationKind, type InvitationWords } from '../../notifications/email/invitation.js';
import type { Campaign } from './record.js';

export const ownKey = (kind: InvitationKind, language: LetterLanguage): string => `${kind}.${language}`;

export const wordsOf = (
  { own }: Pick<Campaign, 'own'>,
  kind: InvitationKind,
  language: LetterLanguage,
): InvitationWords => own[ownKey(kind, language)] ?? builtInWords(kind, language);
