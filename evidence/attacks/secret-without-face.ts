import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import type { Accuracy } from '../../src/core/ports.js';
import { codeLength } from '../../src/face/token/polar.js';
import { createBareTokens, viewsOf } from '../measure/accuracy/bare-token.js';
import { type Attack, type Size, showWith, toClaim } from './attack.js';
import { equationsOf } from './code-equations.js';
import type { Person } from './faces.js';

/** Two or four positions whose bits sum to 0 in every code word. */
type ParityCheck = readonly number[];

/**
 * Returns the parity checks of weight two and four, or a sample of them. A check is a set of generator matrix columns
 * that sum to 0.
 */
function parityChecksOf(positions: Uint16Array, chance: SeededRandom, mostChecks: number): ParityCheck[] {
  const columns = equationsOf(positions);
  const bySum = new Map<bigint, [number, number][]>();
  for (let a = 0; a < codeLength; a += 1)
    for (let b = a + 1; b < codeLength; b += 1) {
      const sum = columns[a] ^ columns[b];
      const pairs = bySum.get(sum) ?? [];
      pairs.push([a, b]);
      bySum.set(sum, pairs);
    }
  const twos = bySum.get(0n) ?? [];
  bySum.delete(0n);
  const groups = [...bySum.values()].filter((pairs) => pairs.length > 1);
  // Four positions form pairs in three ways, of which one is counted.
  const total = groups.reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0) / 3;
  const keep = Math.min(1, mostChecks / total);
  const fours: ParityCheck[] = [];
  for (const pairs of groups)
    for (const [index, [a, b]] of pairs.entries())
      for (const [c, d] of pairs.slice(index + 1)) {
        if (b < c && (keep === 1 || chance.below(1_000_000) < keep * 1_000_000)) fours.push([a, b, c, d]);
      }
  return [...twos, ...fours];
}

const viewsOfFirst = (people: readonly Person[]) => people.map(({ embeddings }) => viewsOf([embeddings[0]]));

/** Returns the correlation over all people between any two sign bits, from −1 to 1. */
function signCorrelations(people: readonly Float32Array[]): Float32Array {
  const { asin, max, min, sqrt } = Math;
  const squares = new Float32Array(codeLength);
  for (const views of people) for (let at = 0; at < codeLength; at += 1) squares[at] += views[at] ** 2;
  const scale = squares.map((value) => 1 / sqrt(value));
  const result = new Float32Array(codeLength * codeLength);
  for (const views of people) {
    const scaled = views.map((value, at) => value * scale[at]);
    for (let row = 0; row < codeLength; row += 1)
      for (let column = 0; column < codeLength; column += 1)
        result[row * codeLength + column] += scaled[row] * scaled[column];
  }
  // Rounding errors may exceed 1.
  return result.map((value) => asin(max(-1, min(1, value))) / asin(1));
}

/**
 * Tests whether the right guess of a user's PIN is recognizable without a face. Parity checks cancel the code word, and
 * sign bits of faces correlate. The remaining bits are therefore biased if the guess is right.
 */
function measureLean(correlations: Float32Array, judge: readonly Person[], accuracy: Accuracy, size: Size) {
  const chance: SeededRandom = createSeededRandom(`secret ${accuracy}`);
  const tokens = createBareTokens(accuracy, chance);
  const checks = parityChecksOf(tokens.positions, chance, size === 'full' ? 100_000 : 5000);
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
  for (const views of viewsOfFirst(judge).slice(0, size === 'full' ? 500 : 20)) {
    const { hidden, order } = tokens.seal(views);
    right.push(lean(hidden, order));
    // A wrong PIN gives an unrelated mask and permutation, so the bits are random.
    const coins = Uint8Array.from(chance.bytes(codeLength), (byte) => byte & 1);
    wrong.push(lean(coins, tokens.seal(views).order));
  }
  return { accuracy, checks: checks.length, ...rank(right, wrong) };
}

/**
 * Returns how often a right guess has more bias than a wrong one, with its 95 % interval.
 * @see https://doi.org/10.1148/radiology.143.1.7063747 (Hanley and McNeil: the standard error of such an area)
 */
function rank(right: readonly number[], wrong: readonly number[]) {
  const wins = right.reduce((sum, value) => sum + wrong.filter((other) => value > other).length, 0);
  const area = wins / right.length / wrong.length;
  const bothRight = area / (2 - area);
  const bothWrong = (2 * area ** 2) / (1 + area);
  const variance =
    area * (1 - area) + (right.length - 1) * (bothRight - area ** 2) + (wrong.length - 1) * (bothWrong - area ** 2);
  const reach = 1.96 * Math.sqrt(variance / right.length / wrong.length);
  const digits = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
  return {
    tokens: right.length,
    rightAboveWrong: digits(area),
    interval: [digits(area - reach), digits(area + reach)] as const,
    // Speed-up of the thief who tries guesses in order of bias.
    timesEarlier: Math.round((0.5 / (1 - area)) * 10) / 10,
  };
}

export const secretWithoutFace: Attack = {
  about: 'a stolen token and the sealing key: does a right PIN show without a face?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    say('How the sign bits of faces go together…');
    const correlations = signCorrelations(viewsOfFirst(size === 'full' ? faces.fit : faces.fit.slice(0, 30)));
    const levels = (size === 'full' ? ([1, 4, 8] as const) : ([4] as const)).map((accuracy) => {
      say(`Guessing secrets at accuracy ${accuracy}…`);
      return measureLean(correlations, faces.judge, accuracy, size);
    });
    const usual = levels.find(({ accuracy }) => accuracy === 4);
    const canTell = faces.areReal && size === 'full' && usual !== undefined;
    return {
      table: [
        ['level', 'right secret ranks higher', 'times earlier', 'checks', 'tokens'],
        ...levels.map((each) => [
          String(each.accuracy),
          showWith(each.rightAboveWrong, each.interval),
          String(each.timesEarlier),
          String(each.checks),
          String(each.tokens),
        ]),
      ],
      claims: canTell
        ? [
            toClaim(
              'limit: level 4: how often the right secret ranks higher',
              usual.rightAboveWrong,
              { atMost: 0.85 },
              usual.interval,
            ),
          ]
        : [],
      skipped: canTell
        ? []
        : ['how often a right secret ranks above a wrong one: it takes real faces and the full form'],
    };
  },
};
