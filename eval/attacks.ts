import type { Accuracy } from '../src/core/ports.js';
import { levels } from '../src/token/levels.js';
import { createListDecoder, listSize } from '../src/token/list-decoder.js';
import { codeLength, messagePositions, polarEncode } from '../src/token/polar.js';
import { type BareToken, createBareTokens, viewsOf } from './bare-token.js';
import { type Chance, createChance } from './chance.js';
import { type ParityCheck, parityChecksOf } from './parity-checks.js';
import { type EmbeddedPerson, embedHalves } from './people.js';
import type { EvalProgram } from './program.js';
import { proportion, toJson } from './proportion.js';

const draws = 100_000;
const pairs = 1500;
const guesses = 500;

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((bit, at) => bit ^ b[at]);
const viewsOfFirst = (people: readonly EmbeddedPerson[]) => people.map(({ embeddings }) => viewsOf([embeddings[0]]));

/** How often a guess opens a token of which the thief has the key: no secret was set. */
function measureGuessing(fit: readonly EmbeddedPerson[], judge: readonly EmbeddedPerson[], accuracy: Accuracy) {
  const chance = createChance(`guessing ${accuracy}`);
  const tokens = createBareTokens(accuracy, chance);
  const sealed = viewsOfFirst(judge).map((views) => tokens.seal(views));
  const centre = new Float32Array(512);
  for (const { embeddings } of fit) for (let at = 0; at < 512; at += 1) centre[at] += embeddings[0][at] / fit.length;
  const rate = (guess: () => Float32Array) => {
    let opened = 0;
    for (let draw = 0; draw < draws; draw += 1)
      if (tokens.opens(sealed[chance.below(sealed.length)], viewsOf([guess()]))) opened += 1;
    return toJson(proportion(opened, draws));
  };
  return {
    // A normal mix of the centred embeddings has exactly their covariance.
    gaussian: rate(() => {
      const guess = Float32Array.from(centre);
      for (const { embeddings } of fit) {
        const weight = chance.normal() / Math.sqrt(fit.length);
        for (let at = 0; at < 512; at += 1) guess[at] += weight * (embeddings[0][at] - centre[at]);
      }
      return guess;
    }),
    noise: rate(() => Float32Array.from({ length: 512 }, () => chance.normal())),
  };
}

/** The share of bits in which a word differs from the nearest code word the decoder finds. */
function createDistance(accuracy: Accuracy): (word: Uint8Array) => number {
  const bits = levels[accuracy].messageBits;
  const positions = messagePositions(bits);
  const decoder = createListDecoder(positions);
  const messages = new Uint8Array(bits * listSize);
  return (word) => {
    decoder.decode(
      Float32Array.from(word, (bit) => 1 - 2 * bit),
      messages,
    );
    const distances = Array.from({ length: listSize }, (_, at) =>
      xor(word, polarEncode(messages.subarray(at * bits, (at + 1) * bits), positions)).reduce(
        (sum, bit) => sum + bit,
        0,
      ),
    );
    return Math.min(...distances) / codeLength;
  };
}

/**
 * Global linkability D_sys of ISO/IEC 30136: 0 where mated and non-mated scores are alike, 1 where they never are.
 * Estimated over 20 bins of equal frequency; chance alone gives a little above 0.
 * @see https://doi.org/10.1109/TIFS.2017.2788000
 */
function linkability(mated: readonly number[], nonMated: readonly number[]): number {
  const all = [...mated, ...nonMated].sort((a, b) => a - b);
  const edges = [...new Set(Array.from({ length: 19 }, (_, at) => all[Math.floor(((at + 1) * all.length) / 20)]))];
  const histogram = (scores: readonly number[]): number[] => {
    const bins = new Array<number>(edges.length + 1).fill(0);
    for (const score of scores) bins[edges.filter((edge) => score >= edge).length] += 1 / scores.length;
    return bins;
  };
  const [same, other] = [histogram(mated), histogram(nonMated)];
  return same.reduce((sum, share, bin) => {
    const ratio = other[bin] === 0 ? Number.POSITIVE_INFINITY : share / other[bin];
    const local = ratio <= 1 ? 0 : ratio === Number.POSITIVE_INFINITY ? 1 : (2 * ratio) / (1 + ratio) - 1;
    return sum + local * share;
  }, 0);
}

/** Whether two tokens whose keys are known show that they are of one person, by decoding what they differ in. */
function measureLinkage(judge: readonly EmbeddedPerson[], accuracy: Accuracy) {
  const chance = createChance(`linkage ${accuracy}`);
  const tokens = createBareTokens(accuracy, chance);
  const distance = createDistance(accuracy);
  const withTwo = judge.filter(({ embeddings }) => embeddings.length > 1);
  const views = withTwo.map(({ embeddings }) => [viewsOf([embeddings[0]]), viewsOf([embeddings[1]])]);
  /** The same token, its code word in order: what it would be without a permutation. */
  const unpermuted = ({ hidden, message, order }: BareToken): Uint8Array => {
    const word = polarEncode(message, messagePositions(levels[accuracy].messageBits));
    return hidden.map((bit, at) => bit ^ word[order[at]] ^ word[at]);
  };
  const scores = (otherOf: (index: number) => number, read: (token: BareToken) => Uint8Array): number[] =>
    Array.from({ length: pairs }, (_, pair) => {
      const index = pair % views.length;
      return distance(xor(read(tokens.seal(views[index][0])), read(tokens.seal(views[otherOf(index)][1]))));
    });
  const same = (index: number): number => index;
  const stranger = (index: number): number => (index + 1 + chance.below(views.length - 1)) % views.length;
  const asSealed = ({ hidden }: BareToken): Uint8Array => hidden;
  const strangers = scores(stranger, asSealed);
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    pairs,
    dSys: round(linkability(scores(same, asSealed), strangers)),
    dSysOfChance: round(linkability(scores(stranger, asSealed), strangers)),
    dSysWithoutPermutation: round(linkability(scores(same, unpermuted), scores(stranger, unpermuted))),
  };
}

/** How strongly the signs at some positions go together, from −1 to 1, over people. */
function signCorrelations(people: readonly Float32Array[]): Float32Array {
  const scale = new Float32Array(codeLength);
  for (const views of people) for (let at = 0; at < codeLength; at += 1) scale[at] += views[at] ** 2;
  const result = new Float32Array(codeLength * codeLength);
  for (const views of people)
    for (let row = 0; row < codeLength; row += 1)
      for (let column = 0; column < codeLength; column += 1)
        result[row * codeLength + column] += (views[row] * views[column]) / Math.sqrt(scale[row] * scale[column]);
  return result.map((value) => (2 / Math.PI) * Math.asin(Math.max(-1, Math.min(1, value))));
}

/**
 * Whether a right guess of the user's secret shows without a face. The sign bits go together a little; the code word
 * drops out of parity checks; so under the right key the checks lean to one side. Weighted as an attacker would.
 */
function measureSecretGuess(correlations: Float32Array, judge: readonly EmbeddedPerson[], accuracy: Accuracy) {
  const chance: Chance = createChance(`secret ${accuracy}`);
  const tokens = createBareTokens(accuracy, chance);
  const checks = parityChecksOf(messagePositions(levels[accuracy].messageBits), chance);
  const lean = (hidden: Uint8Array, order: Uint16Array): number => {
    const at = new Uint16Array(codeLength);
    order.forEach((position, index) => {
      at[position] = index;
    });
    const together = (a: number, b: number): number => correlations[a * codeLength + b];
    return checks.reduce((sum, check: ParityCheck) => {
      const [a, b, c, d] = check.map((position) => at[position]);
      if (c === undefined) return sum + together(a, b) * (1 - 2 * (hidden[a] ^ hidden[b]));
      const expected =
        together(a, b) * together(c, d) + together(a, c) * together(b, d) + together(a, d) * together(b, c);
      return sum + expected * (1 - 2 * (hidden[a] ^ hidden[b] ^ hidden[c] ^ hidden[d]));
    }, 0);
  };
  const right: number[] = [];
  const wrong: number[] = [];
  for (const views of viewsOfFirst(judge).slice(0, guesses)) {
    const { hidden, order } = tokens.seal(views);
    right.push(lean(hidden, order));
    // Under a wrong secret mask and permutation are others: fair coins.
    const coins = Uint8Array.from(chance.bytes(codeLength), (byte) => byte & 1);
    wrong.push(lean(coins, tokens.seal(views).order));
  }
  const wins = right.reduce((sum, value) => sum + wrong.filter((other) => value > other).length, 0);
  return {
    checks: checks.length,
    tokens: right.length,
    rightAboveWrong: Math.round((wins / right.length / wrong.length) * 1000) / 1000,
  };
}

/** What somebody can do who has the keys of tokens: the table of docs/token-format.md. */
export const attacks: EvalProgram = {
  about: 'what whoever has the keys can do: guess, link, try secrets',
  async run(say) {
    const { fit, judge } = await embedHalves(say);
    say(`Guessing faces (${draws} draws of each kind)…`);
    const guessing = measureGuessing(fit, judge, 4);
    say('Linking tokens…');
    const linkage = [measureLinkage(judge, 4), measureLinkage(judge, 8)];
    say('Guessing secrets without a face…');
    const correlations = signCorrelations(viewsOfFirst(fit));
    const [level1, level4, level8] = ([1, 4, 8] as const).map((accuracy) =>
      measureSecretGuess(correlations, judge, accuracy),
    );
    return {
      guessing: { accuracy: 4, ...guessing },
      linkage: { accuracy4: linkage[0], accuracy8: linkage[1] },
      secretWithoutFace: { accuracy1: level1, accuracy4: level4, accuracy8: level8 },
    };
  },
};
