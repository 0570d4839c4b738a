import { embeddingLength } from '../../src/token/views.js';
import { createChance } from '../statistics/chance.js';
import { createBareTokensOf, meanOf, viewsOf } from './bare-token.js';

/** Faces as they are enrolled or shown: the embeddings of one photo each, or of several that are taken together. */
export type Faces = readonly (readonly Float32Array[])[];

/** Which enrolled faces are held against which live ones. */
export interface Comparison {
  readonly enrolled: Faces;
  readonly live: Faces;
  /** Two numbers for each pair: the place of its enrolled face, and of its live one. */
  readonly pairs: Uint32Array;
}

/** Some pairs of a comparison, ready for a thread. */
export interface Share {
  /** The place of each pair's enrolled face. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** For each pair the embedding that is enrolled, 512 numbers, and the one that is held against it. */
  readonly enrolled: Float32Array<ArrayBuffer>;
  readonly live: Float32Array<ArrayBuffer>;
}

const rowOf = (rows: Float32Array, at: number): Float32Array =>
  rows.subarray(at * embeddingLength, (at + 1) * embeddingLength);

/** The pairs from one place on, up to another. */
export function toShare({ enrolled, live, pairs }: Comparison, from: number, to: number): Share {
  const count = Math.min(to, pairs.length / 2) - from;
  const share = {
    places: Uint32Array.from({ length: count }, (_, at) => pairs[2 * (from + at)]),
    enrolled: new Float32Array(count * embeddingLength),
    live: new Float32Array(count * embeddingLength),
  };
  for (let at = 0; at < count; at += 1) {
    meanOf(enrolled[pairs[2 * (from + at)]], rowOf(share.enrolled, at));
    meanOf(live[pairs[2 * (from + at) + 1]], rowOf(share.live, at));
  }
  return share;
}

/** The cosine of two embeddings of length 1. */
export function toCosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at] * other[at];
  return sum;
}

/** The cosine of each pair. */
export function cosinesOf({ enrolled, live, pairs }: Comparison): Float32Array {
  const [one, other] = [new Float32Array(embeddingLength), new Float32Array(embeddingLength)];
  return Float32Array.from({ length: pairs.length / 2 }, (_, pair) =>
    toCosine(meanOf(enrolled[pairs[2 * pair]], one.fill(0)), meanOf(live[pairs[2 * pair + 1]], other.fill(0))),
  );
}

/**
 * Seals each enrolled face and opens it with the live one, by the code that ships. Chance follows from the code and the
 * place of the face, so the result does not depend on how pairs are shared out.
 * @param bits - length of the message
 * @returns for each pair 1 where the token opens, else 0
 */
export function decodeShare(bits: number, { places, enrolled, live }: Share): Uint8Array {
  const opened = new Uint8Array(places.length);
  const tokens = createBareTokensOf(bits, createChance(`tokens ${bits}`));
  const seal = (pair: number) =>
    tokens.seal(viewsOf([rowOf(enrolled, pair)]), createChance(`token ${bits} ${places[pair]}`));
  let token = seal(0);
  for (let pair = 0; pair < opened.length; pair += 1) {
    if (pair > 0 && places[pair] !== places[pair - 1]) token = seal(pair);
    opened[pair] = tokens.opens(token, viewsOf([rowOf(live, pair)])) ? 1 : 0;
  }
  return opened;
}
