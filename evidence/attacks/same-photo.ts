import { timingSafeEqual } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import { loadPictures } from '../../examples/demo/pictures.js';
import { createSeededRandom } from '../../src/core/base/chance.js';
import { type SealedToken, UserSecret } from '../../src/core/secrets.js';
import { deriveTokenKeys, permutationOf, tagOf } from '../../src/face/token/derive.js';
import { parseToken } from '../../src/face/token/format.js';
import { createFv1 } from '../../src/face/token/fv1.js';
import { codeLength, packBits, unpackBits } from '../../src/face/token/polar.js';
import { toPhoto } from '../../test/support/data/pictures.js';
import { testShare } from '../../test/support/data/share.js';
import { withEngine } from '../eval/presentation-attacks/heads.js';
import { type BareToken, createBareTokens, enrolledBits, viewsOf } from '../measure/accuracy/bare-token.js';
import { proportion, toJson } from '../measure/statistics/proportion.js';
import { type Attack, type Size, show, showShare, showWith, toClaim, toDigits } from './attack.js';
import type { Person } from './faces.js';
import { distance } from './linkability.js';
import { type SolvedPair, solvePair } from './record-multiplicity.js';
import { binding, sealToken, toSealingDeps } from './sealed-tokens.js';

const changes: Readonly<Record<string, (photo: Sharp) => Sharp>> = {
  recompressed: (photo) => photo.jpeg({ quality: 50 }),
  brighter: (photo) => photo.modulate({ brightness: 1.15 }).jpeg(),
  turned: (photo) => photo.rotate(3).jpeg(),
  smaller: (photo) => photo.resize({ width: 200 }).jpeg(),
};

interface NearPhotos {
  readonly change: string;
  readonly differing: number;
  /** Number of tries until both tokens opened; `null` if they did not. */
  readonly tries: number | null;
}

async function solveNearPhotos(size: Size): Promise<NearPhotos[]> {
  const { person, stranger } = await loadPictures();
  const photos = size === 'full' ? [...person, stranger] : [stranger];
  const chosen = Object.entries(changes).slice(0, size === 'full' ? undefined : 2);
  const tokens = createBareTokens(binding.accuracy, createSeededRandom('near photos'));
  return withEngine(async (engine) => {
    const viewsOfPhoto = async (bytes: Uint8Array): Promise<Float32Array> => {
      const { embedding } = await engine.examine(toPhoto(bytes), ['embedding'], testShare);
      if (embedding === null) throw new Error('the engine left out the embedding');
      return embedding.use((values) => viewsOf([values]));
    };
    const solved: NearPhotos[] = [];
    for (const photo of photos) {
      const views = await viewsOfPhoto(photo);
      for (const [change, apply] of chosen) {
        const changed = await viewsOfPhoto(await apply(sharp(photo)).toBuffer());
        const differing = distance(enrolledBits(views), enrolledBits(changed)) / codeLength;
        const token = tokens.seal(views);
        const found = solvePair(tokens, token, tokens.seal(changed), 100_000);
        solved.push({
          change,
          differing: Math.round(differing * 1000) / 1000,
          tries: found !== null && isRight(found, token) ? found.tries : null,
        });
      }
    }
    return solved;
  });
}

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
    const solved = solvePair(tokens, first, await unmask(other, 'payments', pin), 1);
    if (solved === null) continue;
    fitting += 1;
    for (const message of solved.first) {
      const { salt, stored, tag } = first.fields;
      const stretched = await deps.stretch('message', packBits(message), salt, testShare);
      if (timingSafeEqual(tagOf(first.keys, stretched, stored), tag)) opened = pin === right;
    }
  }
  return { pins: pins.length, fitting, opened, msEach: (performance.now() - from) / pins.length };
}

const isRight = ({ first }: SolvedPair, token: BareToken): boolean =>
  first.some((message) => message.every((bit, at) => bit === token.message[at]));

/** Returns log2 of the expected number of tries. */
const workOf = (share: number, bits: number): number => -(2 * bits - 1) * Math.log2(1 - share);

/** Number of tries that a desktop computer makes in about an hour, and a rack of servers in a month. */
const reach = { desktop: 2 ** 25, rack: 2 ** 45 };

function differences(people: readonly Person[], photos: number): number[] {
  return people.flatMap(({ embeddings }) => {
    if (embeddings.length < 2 * photos) return [];
    const [one, other] = [0, photos].map((from) => enrolledBits(viewsOf(embeddings.slice(from, from + photos))));
    return [distance(one, other) / codeLength];
  });
}

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
    const one = differences(faces.judge, 1);
    const three = differences(faces.judge, 3);
    const levels = (isFull ? ([1, 4, 6, 8] as const) : ([4] as const)).map((accuracy) => {
      say(`Solving ${trials} pairs of tokens at accuracy ${accuracy}…`);
      const tokens = createBareTokens(accuracy, createSeededRandom(`same photo ${accuracy}`));
      const bits = tokens.positions.length;
      const from = performance.now();
      let opened = 0;
      let strangers = 0;
      for (let trial = 0; trial < trials; trial += 1) {
        const person = (offset: number) => faces.judge[(trial + offset) % faces.judge.length].embeddings[0];
        const token = tokens.seal(viewsOf([person(0)]));
        const solved = solvePair(tokens, token, tokens.seal(viewsOf([person(0)])), 1);
        if (solved !== null && isRight(solved, token)) opened += 1;
        if (solvePair(tokens, token, tokens.seal(viewsOf([person(1)])), 1) !== null) strangers += 1;
      }
      const msEach = toDigits((performance.now() - from) / trials / 2);
      const workOfAll = (shares: readonly number[]) => {
        if (shares.length === 0) return null;
        const works = shares.map((share) => workOf(share, bits)).sort((a, b) => a - b);
        const within = (tries: number) =>
          toJson(proportion(works.filter((work) => work <= Math.log2(tries)).length, works.length));
        return { median: toDigits(works[works.length >> 1]), desktop: within(reach.desktop), rack: within(reach.rack) };
      };
      return {
        accuracy,
        msEach,
        samePhoto: proportion(opened, trials),
        strangers: proportion(strangers, trials),
        otherPhotoLog2Tries: workOfAll(one),
        otherThreesLog2Tries: workOfAll(three),
      };
    });

    // Verifies the estimated number of tries on pairs that can be solved.
    const tokens = createBareTokens(1, createSeededRandom('solved'));
    const nearest = faces.judge
      .filter(({ embeddings }) => embeddings.length >= 6)
      .map(({ embeddings }) => [viewsOf(embeddings.slice(0, 3)), viewsOf(embeddings.slice(3, 6))] as const)
      .slice(0, isFull ? 20 : 0);
    say(`Solving tokens of different photos at accuracy 1: ${nearest.length} pairs…`);
    const mostTries = 100_000;
    const from = performance.now();
    const solved = nearest.map(([a, b]) => {
      const token = tokens.seal(a);
      const found = solvePair(tokens, token, tokens.seal(b), mostTries);
      return { tries: found?.tries ?? mostTries, isRight: found !== null && isRight(found, token) };
    });
    const allTries = solved.reduce((sum, { tries }) => sum + tries, 0);
    say('Trying PINs on two real tokens of one photo…');
    const pin = await searchPin(faces.judge[0].embeddings[0], size);
    say('Opening tokens of nearly the same photo…');
    const near = await solveNearPhotos(size);
    const least = levels.reduce((sum, { samePhoto }) => Math.min(sum, samePhoto.rate), 1);
    return {
      figures: {
        levels: levels.map(({ samePhoto, strangers, ...rest }) => ({
          ...rest,
          samePhoto: toJson(samePhoto),
          strangers: toJson(strangers),
        })),
        nearlySamePhoto: near.map((pair) => ({ ...pair })),
        pin: { ...pin, msEach: toDigits(pin.msEach), hoursForSixDigits: toDigits((pin.msEach * 1e6) / 3_600_000) },
        accuracy1Threes:
          solved.length === 0
            ? null
            : {
                opened: toJson(proportion(solved.filter((each) => each.isRight).length, solved.length)),
                triesPerSecond: toDigits((allTries * 1000) / (performance.now() - from)),
              },
      },
      table: [
        [
          'level',
          'same photo: opened',
          'ms',
          'tries for other photos, median log2',
          'within 2^45',
          'means of three, median log2',
          'within 2^45',
        ],
        ...levels.map(({ accuracy, samePhoto, msEach, otherPhotoLog2Tries: other, otherThreesLog2Tries: threes }) => [
          String(accuracy),
          showShare(samePhoto),
          show(msEach),
          other === null ? '' : show(other.median),
          other === null ? '' : showWith(other.rack.rate, [other.rack.interval[0], other.rack.interval[1]]),
          threes === null ? '' : show(threes.median),
          threes === null ? '' : showWith(threes.rack.rate, [threes.rack.interval[0], threes.rack.interval[1]]),
        ]),
      ],
      claims: [
        toClaim('limit: same photo, both keys, no secret: share opened without a face', least, { atLeast: 0.99 }),
        toClaim(
          'control: two strangers, solved',
          levels.reduce((sum, { strangers }) => sum + strangers.hits, 0),
          { atMost: 0 },
        ),
        toClaim('limit: same photo and PIN, both keys: PINs confirmed', pin.opened ? pin.fitting : 0, { atLeast: 1 }),
        toClaim(
          'limit: photo changed a little, both keys, level 4: share opened in 100,000 tries',
          toDigits(near.filter(({ tries }) => tries !== null).length / near.length),
          { atLeast: 0.5 },
        ),
        toClaim(
          'limit: same photo and PIN: hours to try six digits on one core',
          toDigits((pin.msEach * 1e6) / 3_600_000),
          { atMost: 100 },
        ),
        ...(solved.length === 0
          ? []
          : [
              toClaim(
                'limit: three other photos each, both keys, level 1: share opened in 100,000 tries',
                toDigits(solved.filter((each) => each.isRight).length / solved.length),
                { atLeast: 0.1 },
              ),
            ]),
        toClaim('control: other PINs that fit', pin.fitting - 1, { atMost: 0 }),
      ],
      skipped: faces.areReal
        ? []
        : ['how much work two photos of one person leave: simulated ones are all equally alike'],
    };
  },
};
