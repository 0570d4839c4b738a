import { setImmediate } from 'node:timers/promises';
import type { Embedding, SealedToken } from '../core/concealed.js';
import type { Binding } from '../core/ports.js';
import type { QueueShare } from '../core/queue-share.js';
import { FaceError } from '../errors.js';
import { parseToken } from '../token/format.js';
import type { Fv1, Guess, Unlocked } from '../token/fv1.js';
import type { EngineParameters, Parameters } from '../token/parameters.js';

/**
 * How many messages are tried of all that a face might open in a roster, the likeliest of every token together. Each takes an
 * Argon2id run, and a roster of 500 has 4,000 of them: half a minute. The right one is nearly always among the first ten, so leaving out
 * the others refuses hardly anybody, and lets nobody in. As many are tried whoever comes, so that time tells nothing of who it was.
 */
export const triedMessages = 64;

/** Keys derived at once: a key service is asked for some side by side, and nobody else waits for all. */
const unlockedAtOnce = 16;

/** What a token is read as, and the engine that compares with it. */
interface Listed {
  readonly token: SealedToken;
  readonly engine: EngineParameters;
}

/**
 * Reads the tokens of a roster.
 * @throws FaceError `token_malformed`; `roster_malformed`: one was made with a user's secret, which nobody types at a door
 */
export function readRoster(tokens: readonly SealedToken[], { current, engines }: Parameters): readonly Listed[] {
  return tokens.map((given, position) => {
    const token = parseToken(given);
    if (token.fields.hasSecret) throw new FaceError('roster_malformed', { position, problem: 'secret' });
    return { token, engine: engines.get(token.fields.engine) ?? current };
  });
}

/**
 * How often a stranger is found in a roster, by what the level of each of its tokens promises: at most their sum, however alike the
 * people of the roster are to each other.
 * @returns `Infinity` where a token's level promises nothing
 */
export function promisedFalsePositives(roster: readonly Listed[], { accuracy }: Binding): number {
  const sum = roster.reduce(
    (total, { engine }) => total + (engine.levels[accuracy].greatestFalseMatchRate ?? Infinity),
    0,
  );
  // Five hundred times 5e-6 is .0025 and no more, in whatever order it is added up.
  return Number(sum.toPrecision(6));
}

/**
 * Holds one face against every token of a roster.
 * @param faceOf - the face as an engine sees it; `null` is nobody's: the same work, and nothing is found
 * @returns the positions, ascending, of the tokens that it opens
 * @throws FaceError as `Fv1.unlock`, and `overloaded`
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
        // About a millisecond of work, and others wait.
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
