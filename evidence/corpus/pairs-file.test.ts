import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadInput } from './bad-input.js';
import { parsePairs } from './pairs-file.js';

test('what is written is read, whatever the names', () => {
  const genuine = [{ line: 2, photos: [1, 12].map((number) => ({ person: 'Äda Öz', number })) }];
  const impostor = [
    {
      line: 3,
      photos: [
        { person: '山 B', number: 3 },
        { person: 'c', number: 530 },
      ],
    },
  ];
  for (const end of ['\n', '\r\n'])
    expect(parsePairs(['1\t1', 'Äda Öz\t1\t12', '山 B\t3\tc\t530', ''].join(end))).toEqual([{ genuine, impostor }]);
});

test('any text is pairs or bad input', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'B', '1', '2', '0', ' ', '\t', '\n', '-') }), (text) => {
      try {
        parsePairs(text);
      } catch (error) {
        expect(error).toBeInstanceOf(BadInput);
      }
    }),
  );
});

describe('what is wrong is told with its line', () => {
  test.each([
    ['', /line 1: expected the number of folds/],
    ['1\nA 1 2', /line 3: expected a name, a photo number, another name.*there is none/],
    ['1\nA 1 B 2\nA 1 B 2', /line 2: expected a name and two photo numbers/],
    ['1\nA 1 2\nA 1 B 2\nA 1 B 3', /line 4: nothing more/],
  ])('%j', (text, message) => {
    expect(() => parsePairs(text)).toThrow(BadInput);
    expect(() => parsePairs(text)).toThrow(message);
  });
});
