import { embeddingLength } from '../src/token/views.js';
import { createBareTokensOf, meanOf, viewsOf } from './bare-token.js';
import { createChance } from './chance.js';

/** Faces as they are enrolled or shown: embeddings of length 1, one after the other, in memory that threads share. */
export type Templates = Float32Array<SharedArrayBuffer>;

/** Which enrolled faces are held against which live ones. */
export interface Comparison {
  readonly enrolled: Templates;
  readonly live: Templates;
  /** Two numbers for each pair: the place of its enrolled face, and of its live one. */
  readonly pairs: Uint32Array;
}

/** Puts the mean of each group of photos where threads can read it. */
export function toTemplates(groups: readonly (readonly Float32Array[])[]): Templates {
  const templates = new Float32Array(new SharedArrayBuffer(groups.length * embeddingLength * 4));
  for (const [at, embeddings] of groups.entries()) meanOf(embeddings, templateAt(templates, at));
  return templates;
}

/** The template at a place. */
export const templateAt = (templates: Float32Array, at: number): Float32Array =>
  templates.subarray(at * embeddingLength, (at + 1) * embeddingLength);

/** The cosine of two embeddings of length 1. */
export function toCosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at] * other[at];
  return sum;
}

/** The cosine of each pair. */
export function cosinesOf({ enrolled, live, pairs }: Comparison): Float32Array {
  return Float32Array.from({ length: pairs.length / 2 }, (_, pair) =>
    toCosine(templateAt(enrolled, pairs[2 * pair]), templateAt(live, pairs[2 * pair + 1])),
  );
}

/**
 * Seals each enrolled face and opens it with the live one, by the code that ships. Chance follows from the code and the
 * place of the face, so the result does not depend on how pairs are shared out.
 * @param bits - length of the message
 * @returns for each pair 1 where the token opens, else 0
 */
export function decodePairs(bits: number, { enrolled, live, pairs }: Comparison): Uint8Array {
  const opened = new Uint8Array(pairs.length / 2);
  const tokens = createBareTokensOf(bits, createChance(`tokens ${bits}`));
  let [place, token] = [-1, tokens.seal(viewsOf([templateAt(enrolled, 0)]))];
  for (let pair = 0; pair < opened.length; pair += 1) {
    if (pairs[2 * pair] !== place) {
      place = pairs[2 * pair];
      token = tokens.seal(viewsOf([templateAt(enrolled, place)]), createChance(`token ${bits} ${place}`));
    }
    opened[pair] = tokens.opens(token, viewsOf([templateAt(live, pairs[2 * pair + 1])])) ? 1 : 0;
  }
  return opened;
}
