import { timingSafeEqual } from 'node:crypto';
import { createSeededRandom } from '../../src/core/base/chance.js';
import { type SealedToken, UserSecret } from '../../src/core/secrets.js';
import { deriveTokenKeys, permutationOf, tagOf } from '../../src/face/token/derive.js';
import { parseToken } from '../../src/face/token/format.js';
import { createFv1 } from '../../src/face/token/fv1.js';
import { codeLength, packBits, unpackBits } from '../../src/face/token/polar.js';
import { testShare } from '../../support/data/share.js';
import { createBareTokens, enrolledBits, viewsOf } from '../measure/accuracy/bare-token.js';
import { proportion, round } from '../measure/statistics/proportion.js';
import { type Attack, type Size, show, showShare, showWith, toClaim } from './attack.js';
import type { Person } from './faces.js';
import { distance } from './linkability.js';
import { solvePair } from './record-multiplicity.js';
import { binding, sealToken, toSealingDeps } from './sealed-tokens.js';

/**
 * Tries PINs, as a thief with the sealing key, on two tokens that were made from the same photo and PIN. Only the right
 * PIN makes the tokens' difference a sum of code words.
 */
async function searchPin(embedding: Float32Array, size: Size) {
  const chance = createSeededRandom('pin');
  const deps = toSealingDeps(chance, size);
  const fv1 = createFv1(deps);
  const pins = Array.from({ length: size === 'full' ? 100 : 5 }, (_, at) => String(271_828 + at));
  const right = pins[pins.length - 2];
  const seal = (scope: string) => sealToken(fv1, embedding, { scope, secret: new UserSecret(right) });
  const unmask = async (token: SealedToken, scope: string, pin: string) => {
    const fields = parseToken(token).fields;
    const context = { binding: { ...binding, scope }, header: fields, salt: fields.salt };
    const keys = await deriveTokenKeys(context, new UserSecret(pin), testShare, deps);
    const hidden = keys.mask.use((mask) => unpackBits(fields.stored.map((byte, at) => byte ^ mask[at])));
    return { fields, keys, hidden, order: permutationOf(keys.permutation) };
  };
  const one = await seal('sign-in');
  const other = await seal('payments');
  const tokens = createBareTokens(binding.accuracy, chance);
  const from = performance.now();
  let fitting = 0;
  let opened = false;
  for (const pin of pins) {
    const first = await unmask(one, 'sign-in', pin);
    const solved = solvePair(tokens, first, await unmask(other, 'payments', pin));
    if (solved === null) continue;
    fitting += 1;
    for (const message of solved) {
      const { salt, stored, tag } = first.fields;
      const stretched = await deps.stretch('message', packBits(message), salt, testShare);
      if (timingSafeEqual(tagOf(first.keys, stretched, stored), tag)) opened = pin === right;
    }
  }
  return { fitting, opened, msEach: (performance.now() - from) / pins.length };
}

/** Returns log2 of the expected number of tries of information-set decoding, which guesses positions without errors. */
const workOf = (share: number, bits: number): number => -(2 * bits - 1) * Math.log2(1 - share);

/** Number of tries, as log2, that a rack of servers makes in a month. */
const reach = 45;

/** Returns the share of sign bits in which two photos of each person differ. */
const differences = (people: readonly Person[]): number[] =>
  people
    .filter(({ embeddings }) => embeddings.length > 1)
    .map(
      ({ embeddings: [one, other] }) =>
        distance(enrolledBits(viewsOf([one])), enrolledBits(viewsOf([other]))) / codeLength,
    );

/**
 * Attacks two tokens of one face, as an attacker with the sealing keys of both. If both tokens come from the identical
 * photo, the face cancels out of their difference.
 */
export const samePhoto: Attack = {
  about: 'two tokens of one person and both keys: are they opened without any face, by algebra?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    const isFull = size === 'full';
    const trials = isFull ? 200 : 5;
    const shares = differences(faces.judge);
    const levels = (isFull ? ([1, 4, 6, 8] as const) : ([4] as const)).map((accuracy) => {
      say(`Solving ${trials} pairs of tokens at accuracy ${accuracy}…`);
      const tokens = createBareTokens(accuracy, createSeededRandom(`same photo ${accuracy}`));
      const from = performance.now();
      let opened = 0;
      let strangers = 0;
      for (let trial = 0; trial < trials; trial += 1) {
        const person = (offset: number) => faces.judge[(trial + offset) % faces.judge.length].embeddings[0];
        const token = tokens.seal(viewsOf([person(0)]));
        const candidates = solvePair(tokens, token, tokens.seal(viewsOf([person(0)]))) ?? [];
        if (candidates.some((message) => message.every((bit, at) => bit === token.message[at]))) opened += 1;
        if (solvePair(tokens, token, tokens.seal(viewsOf([person(1)]))) !== null) strangers += 1;
      }
      const msEach = round((performance.now() - from) / trials / 2);
      const works = shares.map((share) => workOf(share, tokens.positions.length)).sort((a, b) => a - b);
      const within = proportion(works.filter((work) => work <= reach).length, works.length);
      return { accuracy, msEach, opened: proportion(opened, trials), strangers, works, within };
    });
    say('Trying PINs on two real tokens of one photo…');
    const pin = await searchPin(faces.judge[0].embeddings[0], size);
    const hoursForSixDigits = round((pin.msEach * 1e6) / 3_600_000);
    return {
      table: [
        ['level', 'same photo: opened', 'ms', 'tries for other photos, median log2', 'within 2^45'],
        ...levels.map(({ accuracy, opened, msEach, works, within }) => [
          String(accuracy),
          showShare(opened),
          show(msEach),
          show(round(works[works.length >> 1])),
          showWith(within.rate, within.interval),
        ]),
      ],
      claims: [
        toClaim(
          'limit: same photo, both keys, no secret: share opened without a face',
          Math.min(...levels.map(({ opened }) => opened.rate)),
          { atLeast: 0.99 },
        ),
        toClaim(
          'control: two strangers, solved',
          levels.reduce((sum, { strangers }) => sum + strangers, 0),
          { atMost: 0 },
        ),
        toClaim('limit: same photo and PIN, both keys: PINs confirmed', pin.opened ? pin.fitting : 0, { atLeast: 1 }),
        // Quick mode runs next to other tests, which affect times.
        ...(isFull
          ? [
              toClaim('limit: same photo and PIN: hours to try six digits on one core', hoursForSixDigits, {
                atMost: 100,
              }),
            ]
          : []),
        toClaim('control: other PINs that fit', pin.fitting - 1, { atMost: 0 }),
      ],
      skipped: faces.areReal
        ? []
        : ['how much work two photos of one person leave: simulated ones are all equally alike'],
    };
  },
};
