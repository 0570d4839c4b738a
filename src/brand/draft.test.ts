import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type BrandDraft, checkDraft, findTextProblem } from './draft.js';
import { fill, textRules } from './texts.js';

const empty: BrandDraft = {
  organisation: null,
  helpUrl: null,
  accent: null,
  accentDark: null,
  ground: null,
  groundDark: null,
  texts: {},
};
const codesOf = (draft: Partial<BrandDraft>) =>
  checkDraft({ ...empty, ...draft }).problems.map(({ field, code }) => `${field} ${code}`);

test('a brand may set no field, or every field', () => {
  expect(codesOf({})).toEqual([]);
  expect(
    codesOf({
      organisation: 'Hafenklinik <b>GmbH</b> & Söhne',
      helpUrl: 'https://help.example.com/face?from=page#top',
      accent: '#7A1FA2',
      ground: '#FFFFFF',
      texts: { de: { title: 'Gesichtsprüfung', lockedFor: 'Noch {minutes} Minuten.' }, ar: { help: 'مساعدة' } },
    }),
  ).toEqual([]);
});

test.each([
  [{ organisation: 'a'.repeat(101) }, 'organisation text_long'],
  [{ organisation: 'Harbour\u202ecinilC' }, 'organisation text_unprintable'],
  [{ helpUrl: 'javascript:alert(1)' }, 'helpUrl link_malformed'],
  [{ helpUrl: 'http://help.example.com' }, 'helpUrl link_malformed'],
  [{ accent: 'red;}body{display:none' }, 'accent colour_malformed'],
  [{ texts: { en: { title: 'a'.repeat(41) } } }, 'texts.en.title text_long'],
  [{ texts: { en: { agree: 'Yes' } } }, 'texts.en.agree text_unknown'],
  [{ texts: { en: { 'a"><b': 'x' } } }, 'texts.en.a???b text_unknown'],
  [{ texts: { fr: { lockedFor: 'Patientez.' } } }, 'texts.fr.lockedFor placeholder_missing'],
  [{ texts: { fr: { lockedFor: '{minutes} {organisation}' } } }, 'texts.fr.lockedFor placeholder_unknown'],
] as const)('the brand %j is refused: %s', (draft, expected) => {
  expect(codesOf(draft)).toEqual([expected]);
});

test('any text is either stored unchanged or refused', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(textRules)), fc.string({ unit: 'binary' }), (key, text) => {
      const { chosen, problems } = checkDraft({ ...empty, texts: { en: { [key]: text } } });
      const isTaken = findTextProblem(key, text) === null;
      expect(problems).toHaveLength(isTaken ? 0 : 1);
      if (isTaken) expect(Object.values(chosen.texts.en ?? {})).toEqual([text]);
    }),
  );
});

test('placeholders are filled once: a placeholder within a value remains text', () => {
  expect(fill('{organisation} in {minutes}', { organisation: '{minutes}', minutes: '$&' })).toBe('{minutes} in $&');
});
