import { type Language, languageCodes } from '../../locales/compiled/languages.js';

/*
 * Texts of the capture page that an organization can replace. Consent texts are excluded, because the consent record
 * names the version of the built-in text.
 */

export const brandLanguages = languageCodes;
export type BrandLanguage = Language;

export interface TextRule {
  /** Maximum length, in UTF-16 code units. */
  readonly most: number;
  readonly placeholders: readonly string[];
}

export const textRules = {
  title: { most: 40, placeholders: [] },
  help: { most: 40, placeholders: [] },
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

/** A brand's own texts. A missing text keeps its default. */
export type OwnTexts = { readonly [Key in TextKey]?: string | undefined };

export const isTextKey = (name: string): name is TextKey => Object.hasOwn(textRules, name);

/** Control and bidirectional characters, which could make one text look like another. */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

export const isPrintable = (text: string): boolean => !unprintable.test(text);

export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{([^{}]*)\}/g, (whole, name: string) => values[name] ?? whole);
