import { expect, test } from '@jest/globals';
import { engineEntryGuard } from '../../../src/face/token/parameters.js';
import { toEmbedding } from '../../../support/fakes/simulated-engine.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { accuracies } from './bare-token.js';
import { fitEngine } from './fit-engine.js';

const toPeople = (count: number): EmbeddedPerson[] =>
  Array.from({ length: count }, (_, person) => ({
    person: `p${person}`,
    files: ['1', '2', '3'],
    embeddings: [1, 2, 3].map((shot) => toEmbedding(`p${person}`, shot)),
    magnitudes: [10 + person / 10, 5, 5],
  }));

const fitOn = (people: EmbeddedPerson[]) => fitEngine({ id: 130, name: 'drawn-130' }, [people], () => {});

test('a fit with too few people is refused, and the error names the numbers', async () => {
  await expect(fitOn(toPeople(45))).rejects.toThrow('45 with a face, make 990 pairs of strangers, and 1000 are needed');
});

test('a fit yields a complete engine entry with levels that never decrease', async () => {
  const people = toPeople(46);
  const entry = await fitOn(people);
  expect(engineEntryGuard.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
  expect(entry.provenance.fitted).toContain('46 people, 138 photos, 1035 pairs of strangers');
  // The clearness that the first photos of nineteen in twenty reach.
  expect(entry.leastClearness).toBe(10.2);
  const first = people.reduce(
    (sum, { embeddings }) => sum + (embeddings[0]![0]! + embeddings[1]![0]! + embeddings[2]![0]!) / 3,
    0,
  );
  expect(entry.meanInMillionths[0]).toBe(Math.round((first / 46) * 1e6));
  for (const level of accuracies) {
    const { messageBits, cosine, isOffered } = entry.levels[level];
    expect(messageBits.several).toBeGreaterThanOrEqual(messageBits.one);
    if (level > 1) {
      const below = entry.levels[(level - 1) as typeof level];
      expect(messageBits.one).toBeGreaterThanOrEqual(below.messageBits.one);
      expect(cosine).toBeGreaterThanOrEqual(below.cosine);
    }
    expect(isOffered).toBe(true);
  }
  expect(entry.name).toBe('drawn-130');
});
