import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Colour, contrastOf, parseColour } from '../core/colour.js';
import { findContrasts, ownColours, paletteOf, schemes, toStylesheet } from './palette.js';

const colour = fc.integer({ min: 0, max: 0xffffff }).map((value): Colour => `#${value.toString(16).padStart(6, '0')}`);
const none = { accent: null, accentDark: null, ground: null, groundDark: null };

test.each([
  ['#000000', '#ffffff', 21],
  ['#767676', '#ffffff', 4.542],
  ['#949494', '#ffffff', 3.033],
] as const)('%s on %s has a contrast of %d, as the W3C defines it', (one, other, expected) => {
  expect(contrastOf(one, other)).toBeCloseTo(expected, 2);
});

test('a color is six hexadecimal digits, in either case', () => {
  expect(parseColour('#AbCdEf')).toBe('#abcdef');
  for (const text of ['', '#abc', 'abcdef', '#abcdeg', '#abcdef0', 'red', '#abcdef;}', ' #abcdef'])
    expect(parseColour(text)).toBeNull();
});

test('suggested colors are always accepted, and accepted colors are readable on all their backgrounds', () => {
  fc.assert(
    fc.property(colour, colour, colour, colour, (accent, accentDark, ground, groundDark) => {
      const corrected: Record<string, Colour> = { accent, accentDark, ground, groundDark };
      for (const { scheme, colour: name, nearest } of findContrasts({ accent, accentDark, ground, groundDark })) {
        if (nearest !== null) corrected[scheme === 'light' ? name : `${name}Dark`] = nearest;
      }
      const { accent: a, accentDark: b, ground: c, groundDark: d } = corrected;
      const chosen = { accent: a!, accentDark: b!, ground: c!, groundDark: d! };
      expect(findContrasts(chosen).filter(({ nearest }) => nearest !== null)).toEqual([]);
      const palette = paletteOf(chosen);
      for (const scheme of schemes) {
        const { accent: used, accentInk, ground: under, accentSoft } = palette[scheme];
        expect(contrastOf(used, ownColours[scheme].card)).toBeGreaterThanOrEqual(4.5);
        expect(contrastOf(used, under)).toBeGreaterThanOrEqual(4.5);
        expect(contrastOf(accentInk, used)).toBeGreaterThanOrEqual(4.5);
        expect(contrastOf(used, accentSoft)).toBeGreaterThanOrEqual(3);
        expect(contrastOf(ownColours[scheme].inkSoft, under)).toBeGreaterThanOrEqual(4.5);
      }
    }),
    { numRuns: 300 },
  );
});

test('the style sheet contains only color declarations', () => {
  fc.assert(
    fc.property(colour, colour, (accent, ground) => {
      const css = toStylesheet({ ...none, accent, ground });
      expect(css).toMatch(
        /^:root\{(?:--[a-z-]+:#[0-9a-f]{6};?){4}\}\n@media \(prefers-color-scheme: dark\)\{:root\{(?:--[a-z-]+:#[0-9a-f]{6};?){4}\}\}\n$/,
      );
    }),
  );
});
