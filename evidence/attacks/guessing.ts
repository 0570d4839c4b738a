import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import type { Accuracy } from '../../src/core/ports.js';
import { createStretch, publishedCost } from '../../src/face/token/derive.js';
import { candidateCount } from '../../src/face/token/polar.js';
import { testShare } from '../../support/data/share.js';
import { type BareToken, createBareTokens, viewsOf } from '../measure/accuracy/bare-token.js';
import { type Proportion, proportion, round } from '../measure/statistics/proportion.js';
import { type Attack, show, showShare, showWith, toClaim } from './attack.js';
import { type Person, shuffled } from './faces.js';

interface Search {
  readonly guesses: number;
  readonly opened: boolean;
}

/**
 * Returns Kaplan and Meier's median, which accounts for searches that ended without success.
 * @see https://doi.org/10.1080/01621459.1958.10501452
 */
function kaplanMeier(searches: readonly Search[]): number | null {
  const sorted = [...searches].sort((a, b) => a.guesses - b.guesses || Number(b.opened) - Number(a.opened));
  let surviving = 1;
  for (const [index, { guesses, opened }] of sorted.entries()) {
    if (opened) surviving *= 1 - 1 / (sorted.length - index);
    if (surviving <= 0.5) return guesses;
  }
  return null;
}

/** Returns the median at a constant rate of success. Half a success is added, so that zero successes give a number. */
function fromRate(searches: readonly Search[]): number {
  const opened = searches.filter((each) => each.opened).length;
  const guesses = searches.reduce((sum, each) => sum + each.guesses, 0);
  return Math.round((Math.LN2 * guesses) / (opened + 0.5));
}

const resamples = 1000;

function medianGuesses(searches: readonly Search[], chance: SeededRandom) {
  const reached = kaplanMeier(searches);
  const estimate = (from: readonly Search[]): number => (reached === null ? null : kaplanMeier(from)) ?? fromRate(from);
  const drawn = Array.from({ length: resamples }, () =>
    estimate(searches.map(() => searches[chance.below(searches.length)])),
  ).sort((a, b) => a - b);
  return {
    guesses: estimate(searches),
    interval: [drawn[Math.floor(resamples * 0.025)], drawn[Math.floor(resamples * 0.975)]] as const,
    /** False if the median is extrapolated, because fewer than half of the tokens opened. */
    isReached: reached !== null,
  };
}

/** Promised false match rates of the levels (docs/accuracy.md). */
const promised: Partial<Record<Accuracy, number>> = { 4: 1e-4, 6: 2.5e-5, 8: 5e-6 };

type Open = (token: BareToken, views: Float32Array) => boolean;

function search(tokens: readonly BareToken[], guesses: readonly Float32Array[], opens: Open): Search[] {
  return tokens.map((token, index) => {
    const order = shuffled(guesses, `order ${index}`);
    const at = order.findIndex((guess) => opens(token, guess));
    return { guesses: at === -1 ? order.length : at + 1, opened: at !== -1 };
  });
}

const rateOf = (searches: readonly Search[]): Proportion =>
  proportion(
    searches.filter(({ opened }) => opened).length,
    searches.reduce((sum, { guesses }) => sum + guesses, 0),
  );

async function timeStretch(runs: number): Promise<number> {
  const stretch = createStretch(publishedCost);
  const from = performance.now();
  for (let run = 0; run < runs; run += 1)
    (await stretch('message', new Uint8Array(10), new Uint8Array(16), testShare)).wipe();
  return (performance.now() - from) / runs;
}

const firsts = (people: readonly Person[]): Float32Array[] => people.map(({ embeddings }) => embeddings[0]);

export const guessing: Attack = {
  about: 'a stolen token and the sealing key: how many guesses until the first false accept?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    const isFull = size === 'full';
    const corpus = firsts(faces.fit);
    const guessViews = corpus.map((embedding) => viewsOf([embedding]));
    const stretchMs = await timeStretch(isFull ? 100 : 5);
    const levels = (isFull ? ([1, 4, 6, 8] as const) : ([1, 4] as const)).map((accuracy) => {
      const chance: SeededRandom = createSeededRandom(`guessing ${accuracy}`);
      const tokens = createBareTokens(accuracy, chance);
      const victims = shuffled(faces.judge, `victims ${accuracy}`).slice(0, isFull ? 200 : 12);
      const sealed = firsts(victims).map((embedding) => tokens.seal(viewsOf([embedding])));
      say(`Guessing at accuracy ${accuracy}: ${sealed.length} tokens, ${corpus.length} faces…`);
      const from = performance.now();
      const searches = search(sealed, guessViews, tokens.opens);
      const rate = rateOf(searches);
      const guessMs = (performance.now() - from) / rate.trials + candidateCount * stretchMs;
      const median = medianGuesses(searches, chance);
      const again = victims.filter(({ embeddings }) => embeddings.length > 1);
      const genuine = again.filter(({ embeddings: [one, other] }) =>
        tokens.opens(tokens.seal(viewsOf([one])), viewsOf([other])),
      );
      return { accuracy, rate, guessMs, median, genuine: proportion(genuine.length, again.length) };
    });
    return {
      table: [
        ['level', 'opens per guess', 'median guesses', 'ms a guess', 'hours', 'right face'],
        ...levels.map((each) => [
          String(each.accuracy),
          showShare(each.rate),
          `${each.median.isReached ? '' : 'about '}${showWith(each.median.guesses, each.median.interval)}`,
          show(each.guessMs),
          show(round((each.median.guesses * each.guessMs) / 3_600_000)),
          showShare(each.genuine),
        ]),
      ],
      claims: [
        ...levels.flatMap(({ accuracy, rate }) => {
          const atMost = promised[accuracy];
          if (!faces.areReal || atMost === undefined) return [];
          const interval = [round(rate.interval[0]), round(rate.interval[1])] as const;
          const claim = `level ${accuracy}: least rate of strangers' faces in line with the trials`;
          return [toClaim(claim, interval[0], { atMost }, interval)];
        }),
        toClaim(
          'control: share opened by the right face, lowest level',
          round(Math.min(...levels.map(({ genuine }) => genuine.rate))),
          { atLeast: 0.7 },
        ),
      ],
      skipped: faces.areReal ? [] : ['how many guesses of real faces it takes: simulated faces are never alike'],
    };
  },
};
