import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brandGuard, digestOfBrand, letterBrandOf, plainBrand } from './brand.js';
import { type BrandDraft, checkDraft } from './draft.js';
import { fill, findTextProblem, textRules } from './texts.js';

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

test('a brand may choose nothing, or everything', () => {
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
  [{ organisation: ' ' }, 'organisation text_empty'],
  [{ organisation: 'a'.repeat(101) }, 'organisation text_long'],
  [{ organisation: 'Harbour\u202ecinilC' }, 'organisation text_unprintable'],
  [{ helpUrl: 'javascript:alert(1)' }, 'helpUrl link_malformed'],
  [{ helpUrl: 'http://help.example.com' }, 'helpUrl link_malformed'],
  [{ helpUrl: 'https://user@help.example.com' }, 'helpUrl link_malformed'],
  [{ helpUrl: 'mailto:' }, 'helpUrl link_malformed'],
  [{ helpUrl: 'https://a b' }, 'helpUrl link_malformed'],
  [{ accent: 'red;}body{display:none' }, 'accent colour_malformed'],
  [{ texts: { en: { title: '' } } }, 'texts.en.title text_empty'],
  [{ texts: { en: { title: 'a'.repeat(41) } } }, 'texts.en.title text_long'],
  [{ texts: { en: { title: 'a\nb' } } }, 'texts.en.title text_unprintable'],
  [{ texts: { en: { agree: 'Yes' } } }, 'texts.en.agree text_unknown'],
  [{ texts: { en: { 'a"><b': 'x' } } }, 'texts.en.a???b text_unknown'],
  [{ texts: { en: { __proto__x: 'x' } } }, 'texts.en.__proto__x text_unknown'],
  [{ texts: { fr: { lockedFor: 'Patientez.' } } }, 'texts.fr.lockedFor placeholder_missing'],
  [{ texts: { fr: { lockedFor: '{minutes} {organisation}' } } }, 'texts.fr.lockedFor placeholder_unknown'],
  [{ texts: { fr: { title: '{minutes}' } } }, 'texts.fr.title placeholder_unknown'],
] as const)('%j is refused: %s', (draft, expected) => {
  expect(codesOf(draft)).toEqual([expected]);
});

test('a contrast that is too low is told in words, with the colour that would do', () => {
  const { problems } = checkDraft({ ...empty, accent: '#f5a623' });
  expect(problems[0]).toEqual({
    field: 'accent',
    code: 'contrast_low',
    reason: expect.stringMatching(
      /^contrast with the card is 2\.02 to 1 on light screens, .* 4\.5 to 1; use for example #[0-9a-f]{6}$/,
    ),
  });
});

test('whatever a text holds, it is taken or refused, and stays as it was', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(textRules)), fc.string({ unit: 'binary' }), (key, text) => {
      const { chosen, problems } = checkDraft({ ...empty, texts: { en: { [key]: text } } });
      const isTaken = findTextProblem(key, text) === null;
      expect(problems).toHaveLength(isTaken ? 0 : 1);
      if (isTaken) expect(Object.values(chosen.texts.en ?? {})).toEqual([text]);
    }),
  );
});

test('placeholders are filled once: what stands in a value is text', () => {
  expect(fill('{organisation} in {minutes}', { organisation: '{minutes}', minutes: '$&' })).toBe('{minutes} in $&');
});

test('a brand keeps its name when it is stored, and another has another', () => {
  const brand = { ...plainBrand, ...checkDraft({ ...empty, accent: '#0B5A6E', texts: { en: { title: 'A' } } }).chosen };
  expect(digestOfBrand(brandGuard.parse(JSON.parse(JSON.stringify(brand))))).toBe(digestOfBrand(brand));
  expect(digestOfBrand({ ...brand, organisation: 'B' })).not.toBe(digestOfBrand(brand));
});

test('letters name the organisation of the connection before that of the brand', () => {
  const brand = { ...plainBrand, organisation: 'Harbour Group', accent: '#7a1fa2' } as const;
  expect(letterBrandOf(brand, 'Harbour Clinic')).toEqual({ organisation: 'Harbour Clinic', accent: '#7a1fa2' });
  expect(letterBrandOf(brand, null)).toEqual({ organisation: 'Harbour Group', accent: '#7a1fa2' });
  expect(letterBrandOf(null, null)).toEqual({ organisation: null, accent: '#0b5a6e' });
});
