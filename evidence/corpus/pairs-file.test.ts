import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadInput } from './bad-input.js';
import { type Fold, parsePairs } from './pairs-file.js';

const name = fc.stringMatching(/^[A-Za-zäöüé山]{1,12}( [A-Za-z]{1,8}){0,2}$/).map((text) => text.normalize());
const number = fc.integer({ min: 1, max: 530 });
const genuine = fc.record({ person: name, one: number, other: number });
const impostor = fc.record({ person: name, one: number, otherPerson: name, other: number });
const file = fc
  .record({ folds: fc.integer({ min: 1, max: 4 }), pairs: fc.integer({ min: 1, max: 4 }) })
  .chain(({ folds, pairs }) =>
    fc.record({
      pairs: fc.constant(pairs),
      folds: fc.array(
        fc.record({
          genuine: fc.array(genuine, { minLength: pairs, maxLength: pairs }),
          impostor: fc.array(impostor, { minLength: pairs, maxLength: pairs }),
        }),
        { minLength: folds, maxLength: folds },
      ),
    }),
  );

test('what is written is read, whatever the names', () => {
  fc.assert(
    fc.property(file, fc.constantFrom('\n', '\r\n'), ({ pairs, folds }, end) => {
      const lines = folds.flatMap((fold) => [
        ...fold.genuine.map(({ person, one, other }) => [person, one, other].join('\t')),
        ...fold.impostor.map(({ person, one, otherPerson, other }) => [person, one, otherPerson, other].join('\t')),
      ]);
      let line = 1;
      const expected: Fold[] = folds.map((fold) => ({
        genuine: fold.genuine.map(({ person, one, other }) => {
          line += 1;
          return {
            line,
            photos: [
              { person, number: one },
              { person, number: other },
            ],
          };
        }),
        impostor: fold.impostor.map(({ person, one, otherPerson, other }) => {
          line += 1;
          return {
            line,
            photos: [
              { person, number: one },
              { person: otherPerson, number: other },
            ],
          };
        }),
      }));
      expect(parsePairs([`${folds.length}\t${pairs}`, ...lines, ''].join(end))).toEqual(expected);
    }),
  );
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
    ['ten\n', /line 1/],
    ['0\n', /line 1/],
    ['1 1 1\nA 1 2\nA 1 B 1', /line 1/],
    ['1\nA 1 2', /line 3: expected a name, a photo number, another name.*there is none/],
    ['1\nA 1 B 2\nA 1 B 2', /line 2: expected a name and two photo numbers/],
    ['1\nA 1 2\nA 1 2', /line 3/],
    ['1\nA 1 -2\nA 1 B 2', /line 2/],
    ['1\nA 1 2\nA 1 B 2.5', /line 3/],
    ['1\nA 1 2\nA 1 B 2\nA 1 B 3', /line 4: nothing more/],
    ['1000000 1000000\nA 1 2', /line 3/],
  ])('%j', (text, message) => {
    expect(() => parsePairs(text)).toThrow(BadInput);
    expect(() => parsePairs(text)).toThrow(message);
  });
});
