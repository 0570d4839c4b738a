import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parameters } from '../../../support/data/parameters.js';
import { testShare } from '../../../support/data/share.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { toEmbedding } from '../../../support/fakes/simulated-engine.js';
import type { Binding, Keys } from '../../core/ports.js';
import { Embedding, type SealedToken } from '../../core/secrets.js';
import { createStretch, type Stretch } from '../token/derive.js';
import { createFv1, type Fv1 } from '../token/fv1.js';
import { candidateCount } from '../token/polar.js';
import { promisedFalsePositives, readRoster, searchRoster, triedMessages } from './search.js';

// The cheapest Argon2id: what is asked is how often it runs.
const cheap = createStretch({ memoryKiB: 8, passes: 1 });
const key = new Uint8Array(32).fill(1);
const keys = createKeysInMemory(key);
const binding: Binding = { tenant: 'acme', idp: 'api', subject: '', scope: 'door', accuracy: 8 };
const fv1Of = (stretch: Stretch, held: Keys = keys): Fv1 =>
  createFv1({ parameters, keys: held, random: (bytes) => randomBytes(bytes), stretch });
const face = (person: string, shot = 9) => new Embedding(toEmbedding(person, shot));

const people = Array.from({ length: 500 }, (_, at) => `person-${at}`);
const fv1 = fv1Of(cheap);
const seal = (person: string) =>
  fv1.seal({ embedding: face(person, 1), photos: 3, binding, secret: null, expiresAt: null, share: testShare });
const tokens = (await Promise.all(people.map(seal))).map(({ token }) => token);

/** @returns who was found, and how many Argon2id runs it took */
async function search(live: Embedding | null, among: readonly SealedToken[] = tokens) {
  let runs = 0;
  const counted: Stretch = (...given) => {
    runs += 1;
    return cheap(...given);
  };
  const found = await searchRoster(
    readRoster(among, parameters),
    { binding, share: testShare },
    () => live,
    fv1Of(counted),
  );
  return { found, runs };
}

describe('a search in a roster of five hundred tokens', () => {
  test('finds each enrolled person and no impostor', async () => {
    for (const at of [0, 15, 16, 250, 499]) expect((await search(face(`person-${at}`))).found).toEqual([at]);
    for (const stranger of ['eve', 'mallory', 'trudy']) expect((await search(face(stranger))).found).toEqual([]);
  });

  test('costs the same Argon2id runs for the first, the last, an impostor, and no match', async () => {
    for (const live of [face('person-0'), face('person-499'), face('eve'), null])
      expect((await search(live)).runs).toBe(triedMessages);
    for (const live of [face('person-0'), face('eve'), null])
      expect((await search(live, tokens.slice(0, 3))).runs).toBe(3 * candidateCount);
  });
});

test('the bound of false positives is the sum over all tokens, and infinite if one token is of an older engine', () => {
  const promisedBy = (roster: ReturnType<typeof readRoster>) => promisedFalsePositives(roster, binding);
  const roster = readRoster(tokens, parameters);
  expect(promisedBy(roster)).toBe(0.0025);
  const [first] = roster;
  const older = parameters.engines.get(1);
  if (first === undefined || older === undefined) throw new Error('there is no such engine');
  expect(promisedBy([first, { ...first, engine: older }])).toBe(Number.POSITIVE_INFINITY);
});

test('if the key service fails halfway, all derived keys are zeroed', async () => {
  let asked = 0;
  const failing: Keys = {
    ...keys,
    async mac(version, message) {
      asked += 1;
      if (asked === 40) throw new Error('gone');
      return keys.mac(version, message);
    },
  };
  const real = fv1Of(cheap, failing);
  let held = 0;
  let wiped = 0;
  const watched: Fv1 = {
    ...real,
    async unlock(request) {
      const unlocked = await real.unlock(request);
      held += 1;
      return {
        ...unlocked,
        wipe() {
          wiped += 1;
          unlocked.wipe();
        },
      };
    },
  };
  const roster = readRoster(tokens, parameters);
  await expect(searchRoster(roster, { binding, share: testShare }, () => face('eve'), watched)).rejects.toThrow('gone');
  expect(held).toBeGreaterThan(39);
  expect(wiped).toBe(held);
});
