import { describe, expect, test } from '@jest/globals';
import { createChance } from '../../statistics/chance.js';
import { drawPairs } from './photos.js';

const people = Array.from({ length: 30 }, (_, at) => ({ person: `Person_${at}`, photos: 1 + (at % 5) }));
const draw = (most: number, name = 'test') => drawPairs(people, most, createChance(name));

describe('the pairs that are compared', () => {
  test('are of people that have two photos: two different ones of each, nobody twice', () => {
    const { photos } = draw(12);
    expect(photos).toHaveLength(24);
    const drawn = photos.filter((_, at) => at % 2 === 0);
    expect(new Set(drawn.map(({ person }) => person)).size).toBe(12);
    drawn.forEach((first, at) => {
      const second = photos[2 * at + 1]!;
      const count = people.find(({ person }) => person === first.person)!.photos;
      expect(second.person).toBe(first.person);
      expect(second.number).not.toBe(first.number);
      for (const { number } of [first, second]) {
        expect(number).toBeGreaterThanOrEqual(1);
        expect(number).toBeLessThanOrEqual(count);
      }
    });
  });

  test('are each person with themselves once, and each two people once', () => {
    const { photos, genuine, impostor } = draw(12);
    const personAt = (at: number) => photos[at]!.person;
    expect(genuine).toHaveLength(12);
    for (const [a, b] of genuine) expect(personAt(a)).toBe(personAt(b));
    expect(impostor).toHaveLength(66);
    for (const [a, b] of impostor) expect(personAt(a)).not.toBe(personAt(b));
    expect(new Set(impostor.map(([a, b]) => [personAt(a), personAt(b)].toSorted().join())).size).toBe(66);
  });
});
