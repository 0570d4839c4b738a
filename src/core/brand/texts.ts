/*
 * The words of the capture page that an organisation may put its own in place of. What people agree to is none of them: the
 * record of a consent names the text by its version.
 */

/** The languages of the page, as people tell them apart by their BCP 47 tags. */
export const brandLanguages = ['en', 'de', 'es', 'fr', 'ar'] as const;
export type BrandLanguage = (typeof brandLanguages)[number];

interface TextRule {
  /** Greatest length, in UTF-16 code units. */
  readonly most: number;
  /** What has to stand in it, each in braces. */
  readonly placeholders: readonly string[];
}

/** Each text by where it stands on the page. */
export const textRules = {
  /** The name of the page, in the browser's tab. */
  title: { most: 40, placeholders: [] },
  /** The link to the help. */
  help: { most: 40, placeholders: [] },
  /** The button that leads to `fallbackUrl`. */
  otherWay: { most: 60, placeholders: [] },
  passedVerify: { most: 60, placeholders: [] },
  passedEnrol: { most: 60, placeholders: [] },
  failedHeading: { most: 60, placeholders: [] },
  failedText: { most: 400, placeholders: [] },
  expiredText: { most: 400, placeholders: [] },
  abandonedText: { most: 400, placeholders: [] },
  lockedFor: { most: 200, placeholders: ['minutes'] },
  flashesText: { most: 400, placeholders: ['organisation'] },
  kioskHeading: { most: 60, placeholders: [] },
  kioskText: { most: 400, placeholders: [] },
} as const satisfies Record<string, TextRule>;

export type TextKey = keyof typeof textRules;

/** The texts of one language; what is not there stays as it is. */
export type OwnTexts = { readonly [Key in TextKey]?: string | undefined };

/** What can be wrong with a text. */
export type TextProblem =
  | 'text_unknown'
  | 'text_empty'
  | 'text_long'
  | 'text_unprintable'
  | 'placeholder_missing'
  | 'placeholder_unknown';

export const isTextKey = (name: string): name is TextKey => Object.hasOwn(textRules, name);

/** Control characters, and those that turn the direction of what follows: a text could pass for another. */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Whether a text of one line shows what it says. */
export const isPrintable = (text: string): boolean => !unprintable.test(text);

const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');

/** What is wrong with a text of a key; `null`: nothing. */
export function findTextProblem(key: string, text: string): TextProblem | null {
  if (!isTextKey(key)) return 'text_unknown';
  const { most, placeholders }: TextRule = textRules[key];
  if (text.trim() === '') return 'text_empty';
  if (text.length > most) return 'text_long';
  if (!isPrintable(text)) return 'text_unprintable';
  const found = placeholdersIn(text);
  if (placeholders.some((name) => !found.includes(name))) return 'placeholder_missing';
  return found.some((name) => !placeholders.includes(name)) ? 'placeholder_unknown' : null;
}

/** Puts values in place of the placeholders of a checked text. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{([^{}]*)\}/g, (whole, name: string) => values[name] ?? whole);
