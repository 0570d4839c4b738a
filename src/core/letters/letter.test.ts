import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { languages } from '../../../web/shared/languages.js';
import { parseColour } from '../brand/colour.js';
import { defaultBrand, inkOn, type LetterBrand } from './brand.js';
import { letterLanguages } from './language.js';
import { composeLetter, type LetterParts } from './letter.js';
import { fillTemplate, findUnknownPlaceholders, toParagraphs } from './template.js';

const parts: LetterParts = {
  language: 'en',
  subject: 'Set up your face check',
  paragraphs: ['Hello Ada,', 'first line\nsecond line'],
  button: { label: 'Begin', address: 'https://face.example.test/face#a.b' },
  footer: ['Until 2 June.', 'Sent by Example.'],
};
const brand: LetterBrand = { organisation: 'Example & Co', accent: '#0b5a6e' };

/** What a mail program shows of HTML: no tags, no head, entities read. */
const shownOf = (markup: string): string =>
  markup
    .replace(/<head>[\s\S]*<\/head>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

describe('a letter', () => {
  test('says the same as text and as HTML', () => {
    const { text, html } = composeLetter({ ...parts, code: '123456' }, brand);
    const told = words(text.replace('Begin:', 'Begin'));
    expect(words(shownOf(html.toString()))).toEqual(told);
    expect(text).toContain('Example & Co\n\nHello Ada,\n\nfirst line\nsecond line\n\n123456\n\nBegin:\nhttps://');
  });

  test('shows whatever somebody typed as it is: no tag, no attribute and no style comes of it', () => {
    const tags = (typed: string): string[] => {
      const { html } = composeLetter(
        {
          ...parts,
          subject: typed,
          paragraphs: [typed],
          code: typed,
          button: { label: typed, address: typed },
          footer: [typed],
        },
        { ...brand, organisation: typed },
      );
      return html
        .toString()
        .replace(/href="[^"]*"/, 'href')
        .match(/<[^>]*>/g)!;
    };
    const plain = tags('Ada');
    fc.assert(
      fc.property(fc.stringMatching(/^[<>"'&=a-z/ ;:{}-]{1,40}$/), (typed) => expect(tags(typed)).toEqual(plain)),
    );
    expect(tags(`"><img src=x onerror='alert(1)'></a><style>`)).toEqual(plain);
  });

  test('asks for nothing from elsewhere', () => {
    const { html } = composeLetter(parts, brand);
    expect(html.toString()).not.toMatch(/<(img|link|script|iframe|form)|url\(|@import|\bsrc=/i);
    expect(html.toString().match(/https?:[^"<\s]*/g)).toEqual([parts.button!.address, parts.button!.address]);
  });

  test.each(letterLanguages)('is marked as %s, in the way that is written', (language) => {
    const direction = language === 'ar' ? 'rtl' : 'ltr';
    expect(composeLetter({ ...parts, language }, defaultBrand).html.toString()).toContain(
      `<html lang="${language}" dir="${direction}">`,
    );
  });

  test('without an organisation, a button or small print has no empty place for them', () => {
    const { text, html } = composeLetter({ language: 'en', subject: 's', paragraphs: ['p'], footer: [] }, defaultBrand);
    expect(text).toBe('p\n');
    expect(html.toString()).not.toMatch(/<a |<p[^>]*><\/p>/);
  });
});

test('letters are in the languages of the page', () => {
  expect([...letterLanguages].sort()).toEqual(Object.keys(languages).sort());
});

test('the ink of the button is read on every accent', () => {
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (value) => {
      const accent = parseColour(`#${value.toString(16).padStart(6, '0')}`)!;
      const [darker, lighter] = [luminance(accent), luminance(inkOn(accent))].sort((a, b) => a - b);
      expect((lighter! + 0.05) / (darker! + 0.05)).toBeGreaterThanOrEqual(4.5);
    }),
  );
  expect(parseColour('#fff;background:url(x)')).toBeNull();
});

describe('own words', () => {
  test('unknown placeholders are told by their names', () => {
    const text = 'Dear {name}, {nmae} and {toString} until {date}. {nmae}{}';
    expect(findUnknownPlaceholders(text, ['name', 'date'])).toEqual([
      { placeholder: 'nmae' },
      { placeholder: 'toString' },
      { placeholder: '' },
    ]);
  });

  test('values are put in once: what they say in braces stays', () => {
    const filled = fillTemplate('{name}, {name}: {organisation} {other} {', {
      name: '{organisation}',
      organisation: 'O',
    });
    expect(filled).toBe('{organisation}, {organisation}: O {other} {');
  });

  test('blank lines part paragraphs', () => {
    expect(toParagraphs('\r\n one\ntwo\r\n \r\n\n three ')).toEqual(['one\ntwo', 'three']);
  });
});
