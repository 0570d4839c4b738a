import { expect, test } from '@jest/globals';
import { FacestepError } from '../client/index.js';
import { createMemoryStore, createRoster } from '../examples/door/roster.js';

/* The roster of examples/door, which staff keep, before a server that searches by the photo's first byte. */

const mostTokens = 3;

function openRoster() {
  const store = createMemoryStore();
  let made = 0;
  const expired = new Set<string>();
  const roster = createRoster(
    {
      async generate([photo]) {
        made += 1;
        const token = `${photo?.[0]} ${made}`;
        return { token, tokenId: token, expiresAt: null, quality: { photos: 3, weak: false } };
      },
      async identify(tokens, [photo]) {
        if (tokens.length > mostTokens) throw new FacestepError('roster_malformed', 'too many', 400);
        const matching = tokens.flatMap((token, at) =>
          !expired.has(token) && token.startsWith(`${photo?.[0]} `) ? [at] : [],
        );
        const [position = null] = matching.length === 1 ? matching : [];
        const outcome = matching.length > 1 ? 'ambiguous' : position === null ? 'nobody' : 'identified';
        const unusable = tokens.flatMap((token, at) => (expired.has(token) ? [at] : []));
        return { outcome, position, alike: [], unusable, falsePositiveRate: 0 };
      },
    },
    store,
  );
  return { roster, store, expired };
}

const faceOf = (person: number) => [Uint8Array.of(person)];

test('a name stands for one person, and a person for one name', async () => {
  const { roster } = openRoster();
  expect(await roster.enrol('Ada', faceOf(1))).toBe(true);
  expect(await roster.enrol('Ada', faceOf(2))).toBe(false);
  expect(await roster.enrol('Grace', faceOf(1))).toBe(false);
  expect(await roster.enrol('Ada', faceOf(1))).toBe(true);
  expect(roster.names()).toEqual(['Ada']);
});

test('whose token is of no use any more is enrolled anew under the same name', async () => {
  const { roster, store, expired } = openRoster();
  await roster.enrol('Ada', faceOf(1));
  for (const { token } of store.read()) expired.add(token);
  expect(await roster.whoIsThere(faceOf(1))).toBeNull();
  expect(await roster.enrol('Ada', faceOf(1))).toBe(true);
  expect(await roster.whoIsThere(faceOf(1))).toBe('Ada');
});

test('one more than the server searches is not put on: the door stays open for the others', async () => {
  const { roster } = openRoster();
  for (const person of [1, 2, 3]) await roster.enrol(`person ${person}`, faceOf(person));
  await expect(roster.enrol('person 4', faceOf(4))).rejects.toMatchObject({ code: 'roster_malformed' });
  expect(await roster.whoIsThere(faceOf(2))).toBe('person 2');
});
