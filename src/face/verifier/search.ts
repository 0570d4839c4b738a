import { setImmediate } from 'node:timers/promises';
import type { QueueShare } from '../../core/fair-queue.js';
import type { Binding } from '../../core/ports.js';
import type { Embedding, SealedToken } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { parseToken } from '../token/format.js';
import type { Fv1, Guess, Unlocked } from '../token/fv1.js';
import type { EngineParameters, Parameters } from '../token/parameters.js';

/**
 * Number of messages tested in a whole roster, likeliest first. Testing all of a large roster would take half a minute,
 * and the right one is almost always among the first ten. The number is fixed, so that timing reveals nothing.
 */
export const triedMessages = 64;

/** Limits the load on the key service. */
const unlockedAtOnce = 16;

interface Listed {
  readonly token: SealedToken;
  readonly engine: EngineParameters;
}

/** Parses the tokens of a roster. @throws `token_malformed`; `roster_malformed` if one requires a user's secret */
export function readRoster(tokens: readonly SealedToken[], { current, engines }: Parameters): readonly Listed[] {
  return tokens.map((given, position) => {
    const token = parseToken(given);
    if (token.fields.hasSecret) throw new FaceError('roster_malformed', { position, problem: 'secret' });
    return { token, engine: engines.get(token.fields.engine) ?? current };
  });
}

/**
 * Returns the maximum false positive rate of a roster: the sum of its tokens' guarantees.
 * @returns `Infinity` without a guarantee
 */
export function promisedFalsePositives(roster: readonly Listed[], { accuracy }: Binding): number {
  const sum = roster.reduce(
    (total, { engine }) => total + (engine.levels[accuracy].greatestFalseMatchRate ?? Infinity),
    0,
  );
  return Number(sum.toPrecision(6));
}

/**
 * Searches a roster for one face.
 * @param faceOf - `null` if there is no face: the same work is done, without a result
 * @returns positions of the opened tokens, ascending
 * @throws as `Fv1.unlock`; `overloaded`
 */
export async function searchRoster(
  roster: readonly Listed[],
  { binding, share }: { readonly binding: Binding; readonly share: QueueShare },
  faceOf: (engine: EngineParameters) => Embedding | null,
  fv1: Fv1,
): Promise<readonly number[]> {
  const unlocked: Unlocked[] = [];
  const guesses: (Guess & { readonly position: number })[] = [];
  try {
    for (let from = 0; from < roster.length; from += unlockedAtOnce) {
      const some = roster.slice(from, from + unlockedAtOnce);
      const settled = await Promise.allSettled(
        some.map(({ token }) => fv1.unlock({ token, binding, secret: null, share })),
      );
      unlocked.push(...settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
      for (const each of settled) if (each.status === 'rejected') throw each.reason;
      for (const [at, { engine }] of some.entries()) {
        const position = from + at;
        guesses.push(...unlocked[position].guess(faceOf(engine)).map((guess) => ({ ...guess, position })));
        // Waits after about a millisecond of work, so that other requests can proceed.
        await setImmediate();
      }
    }
    const likeliest = guesses.toSorted((a, b) => a.against - b.against).slice(0, triedMessages);
    const tried = await Promise.allSettled(likeliest.map((guess) => guess.isRight()));
    const found = tried.flatMap((each, at) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value ? [likeliest[at].position] : [];
    });
    return found.toSorted((a, b) => a - b);
  } finally {
    for (const each of unlocked) each.wipe();
  }
}
