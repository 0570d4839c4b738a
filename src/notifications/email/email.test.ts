import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EmailBrand } from '../../core/ports/delivery.js';
import { composeEmail, type EmailParts } from './email.js';
import { fillTemplate, findUnknownPlaceholders } from './invitation.js';

const parts: EmailParts = {
  language: 'en',
  subject: 'Set up your face check',
  paragraphs: ['Hello Ada,', 'first line\nsecond line'],
  button: { label: 'Begin', address: 'https://face.example.test/face#a.b' },
  footer: ['Until 2 June.', 'Sent by Example.'],
};
const brand: EmailBrand = { organisation: 'Example & Co', accent: '#0b5a6e', helpUrl: null };

test('an e-mail escapes user input: it adds no tag, attribute or style', () => {
  const tags = (typed: string): string[] => {
    const { html } = composeEmail(
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

describe('custom texts', () => {
  test('unknown placeholders are reported by name', () => {
    const text = 'Dear {name}, {nmae} and {toString} until {date}. {nmae}{}';
    expect(findUnknownPlaceholders(text, ['name', 'date'])).toEqual(['nmae', 'toString', '']);
  });

  test('placeholders are replaced once: braces in values remain', () => {
    const filled = fillTemplate('{name}, {name}: {organisation} {other} {', {
      name: '{organisation}',
      organisation: 'O',
    });
    expect(filled).toBe('{organisation}, {organisation}: O {other} {');
  });
});
