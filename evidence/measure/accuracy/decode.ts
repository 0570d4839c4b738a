import { createSeededRandom } from '../../../src/core/base/chance.js';
import { viewLength } from '../../../src/face/token/views.js';
import { dot } from '../statistics/directions.js';
import { createBareTokens } from './bare-token.js';

export interface ViewComparison {
  readonly enrolled: readonly Float32Array[];
  readonly live: readonly Float32Array[];
  /** Two numbers for each pair: indices of the enrolled and the live face. */
  readonly pairs: Uint32Array;
}

export type Share = ReturnType<typeof toShare>;

export interface BareCode {
  readonly bits: number;
  readonly listSize: number;
}

export function toShare({ enrolled, live, pairs }: ViewComparison, from: number, to: number) {
  const count = Math.min(to, pairs.length / 2) - from;
  const share = {
    places: Uint32Array.from({ length: count }, (_, at) => pairs[2 * (from + at)]),
    enrolled: new Float32Array(count * viewLength),
    live: new Float32Array(count * viewLength),
  };
  for (let at = 0; at < count; at += 1) {
    share.enrolled.set(enrolled[pairs[2 * (from + at)]], at * viewLength);
    share.live.set(live[pairs[2 * (from + at) + 1]], at * viewLength);
  }
  return share;
}

export function viewCosinesOf({ enrolled, live, pairs }: ViewComparison): Float32Array {
  const lengthOf = (views: Float32Array): number => Math.sqrt(dot(views, views));
  const own = enrolled.map(lengthOf);
  const others = live.map(lengthOf);
  return Float32Array.from({ length: pairs.length / 2 }, (_, pair) => {
    const one = pairs[2 * pair];
    const other = pairs[2 * pair + 1];
    return dot(enrolled[one], live[other]) / (own[one] * others[other]);
  });
}

/**
 * Seals each enrolled face in a token and opens the token with the live face. The randomness depends only on the code
 * and the face's index, so results do not depend on how the pairs are divided among threads.
 */
export function decodeShare({ bits, listSize }: BareCode, { places, enrolled, live }: Share): Uint8Array {
  const viewsAt = (rows: Float32Array, pair: number): Float32Array =>
    rows.subarray(pair * viewLength, (pair + 1) * viewLength);
  const opened = new Uint8Array(places.length);
  const tokens = createBareTokens(bits, listSize);
  const seal = (pair: number) =>
    tokens.seal(viewsAt(enrolled, pair), createSeededRandom(`token ${bits} ${places[pair]}`));
  let token = seal(0);
  for (let pair = 0; pair < opened.length; pair += 1) {
    if (pair > 0 && places[pair] !== places[pair - 1]) token = seal(pair);
    opened[pair] = tokens.opens(token, viewsAt(live, pair)) ? 1 : 0;
  }
  return opened;
}
