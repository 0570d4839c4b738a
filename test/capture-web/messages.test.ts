import { describe, expect, test } from '@jest/globals';
import { en } from '../../web/capture/messages/en.js';
import { chooseLanguage, directionOf } from '../../web/shared/languages.js';
import { pageWords } from '../browser/page-words.js';

const facts = { organisation: 'Harbour Clinic', retentionDays: 365, referencePhotoNeeded: true };

/** Every text, the computed ones with plausible values. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return textsOf(value.length > 1 ? value(1, 5) : value(2));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, each]) =>
      name === 'sections' || name === 'intro' ? [] : textsOf(each),
    );
  }
  return [];
}

describe.each(Object.entries(pageWords))('the words in %s', (tag, words) => {
  test('are complete', () => {
    const texts = textsOf(words);
    expect(texts.length).toBeGreaterThan(150);
    for (const text of texts) expect(text.trim()).not.toBe('');
  });

  test('are of their own language', () => {
    if (tag === 'en') return;
    const english = new Set(textsOf(en));
    const shared = ['PIN', 'Start', 'Organisation', 'Application', 'Computer', 'Document'];
    expect(textsOf(words).filter((text) => english.has(text) && !shared.includes(text))).toEqual([]);
  });

  test.each(['verify', 'enrol'] as const)(
    'say before %s what happens, what is kept, how to refuse and withdraw',
    (purpose) => {
      const { intro, sections } = words.consent[purpose];
      const shown = sections(facts);
      expect(shown).toHaveLength(4);
      expect(intro(facts.organisation)).toContain('Harbour Clinic');
      expect(shown[1]!.text).toMatch(/365/);
      expect(shown[1]!.text).toContain('Harbour Clinic');
      expect(shown[2]!.text).toContain(words.refuse);
      for (const { text } of sections({ ...facts, organisation: null, retentionDays: null })) {
        expect(text).not.toMatch(/null|365|Harbour/);
      }
    },
  );

  test('do not claim what nobody can promise', () => {
    const all = JSON.stringify([
      textsOf(words),
      words.consent.verify.sections(facts),
      words.consent.enrol.sections(facts),
    ]);
    expect(all).not.toMatch(/irrevers|unumkehr|no biometric|anonym|biometrische[rn]? Daten/i);
  });
});

test('the first wished language that there is, is taken', () => {
  expect(chooseLanguage(['pt-BR', 'fr-CA', 'en'])).toBe('fr');
  expect(chooseLanguage(['AR-eg'])).toBe('ar');
  expect(chooseLanguage(['toString', '', 'xx'])).toBe('en');
  expect(chooseLanguage([])).toBe('en');
  expect([directionOf('ar'), directionOf('de')]).toEqual(['rtl', 'ltr']);
});
