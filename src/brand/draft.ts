import { type Colour, parseColour } from '../core/colour.js';
import { type Brand, isHelpLink, maxOrganisationCharacters } from './brand.js';
import { type ChosenColours, type Contrast, findContrasts } from './palette.js';
import type { BrandProblem } from './replies.js';
import {
  type BrandLanguage,
  brandLanguages,
  findTextProblem,
  isPrintable,
  isTextKey,
  type OwnTexts,
  type TextKey,
  type TextProblem,
  textRules,
} from './texts.js';

/** Input of an administrator, unchecked. A field is `null` for the default. */
export interface BrandDraft extends Readonly<Record<keyof ChosenColours, string | null>> {
  readonly organisation: string | null;
  readonly helpUrl: string | null;
  readonly texts: { readonly [Language in BrandLanguage]?: Readonly<Record<string, string>> | undefined };
}

/** Result of checking a draft. `chosen` may be used only if `problems` is empty. */
export interface CheckedDraft {
  readonly chosen: Omit<Brand, 'logo' | 'logoDark' | 'icon'>;
  readonly contrasts: readonly Contrast[];
  readonly problems: readonly BrandProblem[];
}

export function checkDraft(draft: BrandDraft): CheckedDraft {
  const problems: BrandProblem[] = [];
  const readColour = (name: keyof ChosenColours): Colour | null => {
    const text = draft[name];
    const colour = text === null ? null : parseColour(text);
    if (text !== null && colour === null)
      problems.push({ field: name, code: 'colour_malformed', reason: 'expected a colour such as #0b5a6e' });
    return colour;
  };
  const colours = {
    accent: readColour('accent'),
    accentDark: readColour('accentDark'),
    ground: readColour('ground'),
    groundDark: readColour('groundDark'),
  };
  const contrasts = findContrasts(colours);
  problems.push(...contrasts.flatMap(toContrastProblem));
  problems.push(...findNameProblems(draft.organisation));
  if (draft.helpUrl !== null && !isHelpLink(draft.helpUrl)) {
    const reason = 'expected an address that starts with https://, mailto: or tel:';
    problems.push({ field: 'helpUrl', code: 'link_malformed', reason });
  }
  const { organisation, helpUrl } = draft;
  const texts: { [Language in BrandLanguage]?: OwnTexts } = {};
  for (const language of brandLanguages) {
    const given = draft.texts[language];
    if (given === undefined) continue;
    const checked = checkTexts(language, given);
    problems.push(...checked.problems);
    if (Object.keys(checked.texts).length > 0) texts[language] = checked.texts;
  }
  return { chosen: { organisation, helpUrl, ...colours, texts }, contrasts, problems };
}

function findNameProblems(organisation: string | null): BrandProblem[] {
  if (organisation === null) return [];
  const field = 'organisation';
  if (organisation.trim() === '') return [{ field, code: 'text_empty', reason: 'expected a name' }];
  if (organisation.length > maxOrganisationCharacters) {
    return [{ field, code: 'text_long', reason: `expected at most ${maxOrganisationCharacters} characters` }];
  }
  return isPrintable(organisation) ? [] : [{ field, code: 'text_unprintable', reason: reasons.text_unprintable }];
}

function toContrastProblem({ scheme, colour, against, ratio, needed, nearest }: Contrast): BrandProblem[] {
  if (nearest === null) return [];
  const field = scheme === 'light' ? colour : colour === 'accent' ? 'accentDark' : 'groundDark';
  const reason = `contrast with ${against} is ${ratio.toFixed(2)} to 1 on ${scheme} screens, but must be at least ${needed} to 1; use for example ${nearest}`;
  return [{ field, code: 'contrast_low', reason }];
}

const reasons = {
  text_unknown: 'unknown text; docs/brand.md lists the replaceable texts',
  text_empty: 'expected a text; remove it to use the default',
  text_unprintable: 'expected one line without invisible characters',
} as const;

function checkTexts(
  language: BrandLanguage,
  given: Readonly<Record<string, string>>,
): { readonly texts: OwnTexts; readonly problems: readonly BrandProblem[] } {
  const texts: { [Key in TextKey]?: string } = {};
  const problems: BrandProblem[] = [];
  for (const [key, text] of Object.entries(given)) {
    const code = findTextProblem(key, text);
    if (code !== null) problems.push({ field: `texts.${language}.${toShown(key)}`, code, reason: reasonOf(key, code) });
    else if (isTextKey(key)) texts[key] = text;
  }
  return { texts, problems };
}

const toShown = (key: string): string => (isTextKey(key) ? key : key.replace(/[^\w.-]/g, '?').slice(0, 40));

function reasonOf(key: string, code: TextProblem): string {
  if (!isTextKey(key)) return reasons.text_unknown;
  const { most, placeholders } = textRules[key];
  const listed = placeholders.map((name) => `{${name}}`).join(', ');
  switch (code) {
    case 'text_long':
      return `expected at most ${most} characters`;
    case 'placeholder_missing':
      return `expected ${listed} in it`;
    case 'placeholder_unknown':
      return listed === '' ? 'expected no braces' : `expected no other placeholder than ${listed}`;
    default:
      return reasons[code];
  }
}
