import { texts } from '../../../locales/compiled/server/campaign-letters/all.js';
import type { EpochMs } from '../units.js';
import type { LetterBrand } from './brand.js';
import { toDay } from './day.js';
import type { LetterLanguage } from './language.js';
import { composeLetter, type Letter } from './letter.js';
import { fillTemplate, findUnknownPlaceholders, toParagraphs } from './template.js';

const placeholders = ['name', 'login', 'organisation', 'lastDay'] as const;

export const invitationKinds = ['invitation', 'reminder'] as const;
export type InvitationKind = (typeof invitationKinds)[number];

export interface InvitationWords {
  readonly subject: string;
  readonly text: string;
}

export const findUnknownIn = ({ subject, text }: InvitationWords): string[] => [
  ...new Set(
    [subject, text].flatMap((each) =>
      findUnknownPlaceholders(each, placeholders).map(({ placeholder }) => placeholder),
    ),
  ),
];

export const builtInWords = (kind: InvitationKind, language: LetterLanguage): InvitationWords =>
  texts[language].letters[kind];

/** Composes an e-mail that invites a person to enrol. */
export function composeInvitation(
  letter: {
    readonly language: LetterLanguage;
    readonly words: InvitationWords;
    readonly to: { readonly name: string | null; readonly login: string };
    readonly address: string;
    readonly expiresAt: EpochMs;
  },
  brand: LetterBrand,
): Letter {
  const { language, to } = letter;
  const { button, organisation, footer } = texts[language];
  const fill = (text: string): string =>
    fillTemplate(text, {
      name: to.name ?? to.login,
      login: to.login,
      organisation: brand.organisation ?? organisation,
      lastDay: toDay(letter.expiresAt, language),
    });
  return composeLetter(
    {
      language,
      // Line breaks are removed, so that a name cannot add a header to the e-mail.
      subject: fill(letter.words.subject).replace(/\s+/g, ' ').trim(),
      paragraphs: toParagraphs(letter.words.text).map(fill),
      button: { label: button, address: letter.address },
      footer: footer.map(fill),
    },
    brand,
  );
}
