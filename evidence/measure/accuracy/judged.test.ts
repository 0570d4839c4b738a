import { expect, test } from '@jest/globals';
import { type Source, type Split, toHalf, toHalfByPlace } from '../corpus/corpus.js';
import { createMeasuredEngine, parameters } from './bare-token.js';
import { measureGroups } from './groups.js';
import { chooseFitting, chooseJudged } from './judged.js';

const toSource = (source: string): Source => ({
  source,
  folder: source,
  otherFiles: 0,
  people: Array.from({ length: 40 }, (_, at) => ({ person: `${source} ${at}`, files: ['1.jpg'] })),
});
const sources = ['office', 'plant'].map(toSource);

/** Who is asked to judge within sources. */
async function judgesBy(split: Split): Promise<string[]> {
  const judges: string[] = [];
  const measured = measureGroups(
    {
      data: 'sources',
      judge: 'half',
      split,
      pairs: 1,
      command: '',
      engine: createMeasuredEngine(parameters.current),
      embed: async (folders) => {
        judges.push(...folders.flatMap(({ people }) => people.map(({ person }) => person)));
        throw new Error('enough');
      },
    },
    sources,
    () => {},
  );
  await expect(measured).rejects.toThrow('enough');
  return judges;
}

test.each<[string, Split]>([
  ['by name', toHalf],
  ['by place', toHalfByPlace],
])('with a split %s, each person is used either to fit an engine or to measure it', async (_name, split) => {
  const fitted = sources.flatMap((source) => chooseFitting(source, split).people.map(({ person }) => person));
  const judges = await judgesBy(split);
  expect([...fitted, ...judges].sort()).toEqual(
    sources.flatMap(({ people }) => people.map(({ person }) => person)).sort(),
  );
});

test('above the maximum number of people, fitted and measured people are still disjoint, also in later runs', () => {
  const people = Array.from({ length: 13_000 }, (_, at) => ({ person: `person ${at}`, files: ['1.jpg'] }));
  const many = { folder: 'many', people, otherFiles: 0 };
  const fitted = new Set(chooseFitting(many, toHalf).people.map(({ person }) => person));
  expect(fitted.size).toBe(6000);
  for (const later of [many, { ...many, people: people.slice(500) }]) {
    const judges = chooseJudged(later, 'half', toHalf).map(({ person }) => person);
    expect(judges).toHaveLength(6000);
    expect(judges.filter((person) => fitted.has(person))).toEqual([]);
  }
});
