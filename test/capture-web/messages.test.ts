import { describe, expect, test } from '@jest/globals';
import { texts as en } from '../../locales/compiled/capture/page/en.js';
import { chooseLanguage, directionOf } from '../../src/core/base/languages.js';
import { pageWords } from '../browser/page-words.js';

const facts = { organisation: 'Harbour Clinic', retentionDays: 365 };

/** Every text, the computed ones with plausible values. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'function') return textsOf(value({ ...facts, tries: 2, seconds: 2 }));
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

describe.each(Object.entries(pageWords))('the page texts in %s', (tag, words) => {
  test('are all present and not empty', () => {
    const texts = textsOf(words);
    expect(texts.length).toBeGreaterThan(150);
    for (const text of texts) expect(text.trim()).not.toBe('');
  });

  test('differ from the English texts', () => {
    if (tag === 'en') return;
    const english = new Set(textsOf(en));
    const shared = ['PIN', 'Start', 'Organisation', 'Application', 'Computer', 'Document'];
    expect(textsOf(words).filter((text) => english.has(text) && !shared.includes(text))).toEqual([]);
  });

  test.each(['verify', 'enrol'] as const)('state before %s what is stored and how to refuse or withdraw', (purpose) => {
    const { intro, stored, refusal } = words.consent[purpose];
    expect(intro(facts)).toContain('Harbour Clinic');
    expect(stored(facts)).toMatch(/365/);
    expect(stored(facts)).toContain('Harbour Clinic');
    expect(refusal(facts)).toContain(words.refuse);
    const { withdrawal, withdrawalByAsking } = words.consent;
    for (const text of [withdrawal, withdrawalByAsking]) expect(text(facts)).toContain('Harbour Clinic');
    const unknown = { organisation: null, retentionDays: null };
    for (const text of [intro, stored, refusal, withdrawal, withdrawalByAsking])
      expect(text(unknown)).not.toMatch(/null|365|Harbour/);
  });

  test('contain no claims such as “irreversible”, “anonymous” or “no biometric data”', () => {
    const all = JSON.stringify(textsOf(words));
    expect(all).not.toMatch(/irrevers|unumkehr|no biometric|anonym|biometrische[rn]? Daten/i);
  });
});

test('the page uses the first preferred language that it supports, and English otherwise', () => {
  expect(chooseLanguage(['pt-BR', 'fr-CA', 'en'])).toBe('fr');
  expect(chooseLanguage(['AR-eg'])).toBe('ar');
  expect(chooseLanguage(['toString', '', 'xx'])).toBe('en');
  expect(chooseLanguage([])).toBe('en');
  expect([directionOf('ar'), directionOf('de')]).toEqual(['rtl', 'ltr']);
});
