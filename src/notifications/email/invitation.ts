import { texts } from '../../../locales/compiled/server/campaign-letters/all.js';
import { type SupportedLanguage, toDay } from '../../core/language.js';
import type { EmailBrand } from '../../core/ports/delivery.js';
import type { EpochMs } from '../../core/units.js';
import { composeEmail, type Email } from './email.js';

/** Placeholders in an administrator's text are written `{name}`. */
const placeholderPattern = /\{([^{}\r\n]*)\}/g;

/** Returns a text's unknown placeholders. @param known - names without braces */
export const findUnknownPlaceholders = (text: string, known: readonly string[]): string[] =>
  [...new Set([...text.matchAll(placeholderPattern)].map(([, name = '']) => name))].filter(
    (name) => !known.includes(name),
  );

export const fillTemplate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(placeholderPattern, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );

export const toParagraphs = (text: string): string[] =>
  text
    .split(/\r?\n[ \t]*\r?\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');

const placeholders = ['name', 'login', 'organisation', 'lastDay'] as const;

export const invitationKinds = ['invitation', 'reminder'] as const;
export type InvitationKind = (typeof invitationKinds)[number];

export interface InvitationWords {
  readonly subject: string;
  readonly text: string;
}

export const findUnknownIn = ({ subject, text }: InvitationWords): string[] => [
  ...new Set([subject, text].flatMap((each) => findUnknownPlaceholders(each, placeholders))),
];

export const builtInWords = (kind: InvitationKind, language: SupportedLanguage): InvitationWords =>
  texts[language].letters[kind];

/** Composes an e-mail that invites a person to enrol. */
export function composeInvitation(
  letter: {
    readonly language: SupportedLanguage;
    readonly words: InvitationWords;
    readonly to: { readonly name: string | null; readonly login: string };
    readonly address: string;
    readonly expiresAt: EpochMs;
    /** Address of the person's own page, or `null` if there is none. */
    readonly ownPage: string | null;
  },
  brand: EmailBrand,
): Email {
  const { language, to, ownPage: address } = letter;
  const { button, organisation, footer, ownPage } = texts[language];
  const fill = (text: string): string =>
    fillTemplate(text, {
      name: to.name ?? to.login,
      login: to.login,
      organisation: brand.organisation ?? organisation,
      lastDay: toDay(letter.expiresAt, language),
    });
  return composeEmail(
    {
      language,
      // Line breaks are removed, so that a name cannot add a header to the e-mail.
      subject: fill(letter.words.subject).replace(/\s+/g, ' ').trim(),
      paragraphs: toParagraphs(letter.words.text).map(fill),
      button: { label: button, address: letter.address },
      footer: [...footer.map(fill), ...(address === null ? [] : [ownPage({ address })])],
    },
    brand,
  );
}
