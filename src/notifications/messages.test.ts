import { describe, expect, test } from '@jest/globals';
import { supportedLanguages } from '../core/language.js';
import type { EmailBrand } from '../core/ports/delivery.js';
import { toCheckMessage, toCodeMessage } from './one-time-codes.js';

const brand: EmailBrand = { organisation: 'Harbour <Clinic>', accent: '#7a1f5c', helpUrl: null };
const address = 'https://face.example.test/face?lang=de#ticket.secret';
const code = '123456';

const by = (channel: 'email' | 'sms', language: (typeof supportedLanguages)[number]) =>
  ({ channel, to: 'ada', language, brand }) as const;

describe.each(supportedLanguages)('the messages in the language %s', (language) => {
  test('a one-time code by e-mail has a text and an HTML version, each with the code once', () => {
    const { text, html, subject } = toCodeMessage(by('email', language), code);
    const shown = String(html);
    expect(shown).toContain(`<html lang="${language}"`);
    expect(shown).toContain('Harbour &lt;Clinic&gt;');
    expect(shown.match(/123456/g)).toHaveLength(1);
    expect(shown).toMatch(/<p [^>]*dir="ltr"[^>]*>123456<\/p>/);
    expect(text.split('\n').filter((line) => line === code)).toHaveLength(1);
    // Subjects stand on locked screens.
    expect(subject).not.toContain(code);
  });

  test('an SMS is one line without HTML or the salutation of an e-mail', () => {
    for (const message of [toCodeMessage(by('sms', language), code), toCheckMessage(by('sms', language), address)]) {
      expect(message.html).toBeUndefined();
      expect(message.text).not.toMatch(/\n|Harbour/);
    }
    expect(toCodeMessage(by('sms', language), code).text).toContain(code);
    expect(toCheckMessage(by('sms', language), address).text.endsWith(` ${address}`)).toBe(true);
  });
});
