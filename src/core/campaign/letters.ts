import { texts as words } from '../../../locales/compiled/server/campaign-letters/all.js';
import type { LetterBrand } from '../letters/brand.js';
import { toDay } from '../letters/day.js';
import type { LetterLanguage } from '../letters/language.js';
import { composeLetter, type Letter } from '../letters/letter.js';
import { fillTemplate, findUnknownPlaceholders, toParagraphs } from '../letters/template.js';
import type { EpochMs } from '../units.js';
import type { LetterKind, Person } from './person.js';
import type { Campaign, OwnWords } from './record.js';

const letterPlaceholders = ['name', 'login', 'organisation', 'lastDay'] as const;

export const findUnknownIn = ({ subject, text }: OwnWords): string[] => [
  ...new Set(
    [subject, text].flatMap((each) =>
      findUnknownPlaceholders(each, letterPlaceholders).map(({ placeholder }) => placeholder),
    ),
  ),
];

export const ownKey = (kind: LetterKind, language: LetterLanguage): string => `${kind}.${language}`;

export const wordsOf = ({ own }: Pick<Campaign, 'own'>, kind: LetterKind, language: LetterLanguage): OwnWords =>
  own[ownKey(kind, language)] ?? words[language].letters[kind];

export function composeCampaignLetter(
  letter: {
    readonly language: LetterLanguage;
    readonly words: OwnWords;
    readonly to: Pick<Person, 'name' | 'login'>;
    readonly address: string;
    readonly expiresAt: EpochMs;
  },
  brand: LetterBrand,
): Letter {
  const { language, to } = letter;
  const { button, organisation, footer } = words[language];
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
