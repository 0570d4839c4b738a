import { type Colour, parseColour } from '../core/colour.js';
import { isHelpLink, maxOrganisationCharacters } from './brand.js';
import { type ChosenColours, type Contrast, findContrasts } from './palette.js';
import type { BrandProblem } from './replies.js';
import {
  type BrandLanguage,
  brandLanguages,
  isPrintable,
  isTextKey,
  type OwnTexts,
  type TextKey,
  type TextRule,
  textRules,
} from './texts.js';

/** Input of an administrator, unchecked. A field is `null` for the default. */
export interface BrandDraft extends Readonly<Record<keyof ChosenColours, string | null>> {
  readonly organisation: string | null;
  readonly helpUrl: string | null;
  readonly texts: { readonly [Language in BrandLanguage]?: Readonly<Record<string, string>> | undefined };
}

/** Checks a draft. @returns `chosen`, which may be used only if `problems` is empty */
export function checkDraft(draft: BrandDraft) {
  const problems: BrandProblem[] = [];
  const add = (field: string, problem: DraftProblem | null): void => {
    if (problem !== null) problems.push({ field, ...problem });
  };
  const readColour = (name: keyof ChosenColours): Colour | null => {
    const text = draft[name];
    const colour = text === null ? null : parseColour(text);
    if (text !== null && colour === null)
      add(name, { code: 'colour_malformed', reason: 'expected a colour such as #0b5a6e' });
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
  const { organisation, helpUrl } = draft;
  if (organisation !== null)
    add('organisation', findLineProblem(organisation, maxOrganisationCharacters, 'expected a name'));
  if (helpUrl !== null && !isHelpLink(helpUrl)) {
    const reason = 'expected an address that starts with https://, mailto: or tel:';
    add('helpUrl', { code: 'link_malformed', reason });
  }
  const texts: { [Language in BrandLanguage]?: OwnTexts } = {};
  for (const language of brandLanguages) {
    const own: { [Key in TextKey]?: string } = {};
    for (const [key, text] of Object.entries(draft.texts[language] ?? {})) {
      const problem = findTextProblem(key, text);
      add(`texts.${language}.${toShown(key)}`, problem);
      if (problem === null && isTextKey(key)) own[key] = text;
    }
    if (Object.keys(own).length > 0) texts[language] = own;
  }
  return { chosen: { organisation, helpUrl, ...colours, texts }, contrasts, problems };
}

function toContrastProblem({ scheme, colour, against, ratio, needed, nearest }: Contrast): BrandProblem[] {
  if (nearest === null) return [];
  const field = scheme === 'light' ? colour : colour === 'accent' ? 'accentDark' : 'groundDark';
  const reason = `contrast with ${against} is ${ratio.toFixed(2)} to 1 on ${scheme} screens, but must be at least ${needed} to 1; use for example ${nearest}`;
  return [{ field, code: 'contrast_low', reason }];
}

const toShown = (key: string): string => (isTextKey(key) ? key : key.replace(/[^\w.-]/g, '?').slice(0, 40));

type DraftProblem = Pick<BrandProblem, 'code' | 'reason'>;

function findLineProblem(text: string, most: number, emptyReason: string): DraftProblem | null {
  if (text.trim() === '') return { code: 'text_empty', reason: emptyReason };
  if (text.length > most) return { code: 'text_long', reason: `expected at most ${most} characters` };
  if (isPrintable(text)) return null;
  return { code: 'text_unprintable', reason: 'expected one line without invisible characters' };
}

/** Returns the problem of a text, or `null`. */
export function findTextProblem(key: string, text: string): DraftProblem | null {
  if (!isTextKey(key))
    return { code: 'text_unknown', reason: 'unknown text; docs/brand.md lists the replaceable texts' };
  const { most, placeholders }: TextRule = textRules[key];
  const problem = findLineProblem(text, most, 'expected a text; remove it to use the default');
  if (problem !== null) return problem;
  const found = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
  const listed = placeholders.map((name) => `{${name}}`).join(', ');
  if (placeholders.some((name) => !found.includes(name)))
    return { code: 'placeholder_missing', reason: `expected ${listed} in it` };
  if (found.every((name) => placeholders.includes(name))) return null;
  const reason = listed === '' ? 'expected no braces' : `expected no other placeholder than ${listed}`;
  return { code: 'placeholder_unknown', reason };
}
