import { z } from 'zod';
import { FaceError, toCode } from '../../errors.js';
import { type Assurance, anonymousSourceIn, type Connection } from '../connection.js';
import { anonymousShare, createFairQueue, knownShare } from '../fair-queue.js';
import type { Account, Clock, Profile } from '../ports.js';
import { pause, type Sleep } from '../resilience.js';
import type { ConsumeLimits } from './limits.js';

export interface Directory extends Pick<Profile, 'findAccount'> {
  /** Account from the profile, without names. */
  readAccount(subject: string): Promise<Account>;
}

/**
 * Returns the directory for a request. For anonymous callers, look-ups also throw `locked_out`.
 */
export type DirectoryFor = (assurance: Assurance) => Directory;

/**
 * Creates a connection's directories. Pushed or signed requests read the profile directly. Look-ups of anonymous callers
 * are rate-limited, and are never answered from a cache, because a fast answer would reveal who signed in recently.
 */
export function createDirectories(
  { id, profile }: Pick<Connection, 'id' | 'profile'>,
  { clock, consumeLimits }: { readonly clock: Clock; readonly consumeLimits: ConsumeLimits },
  sleepFor: Sleep = pause,
): DirectoryFor {
  const take = async (): Promise<void> => {
    await consumeLimits(['outsiderLookUpsOfConnection', id]).catch((error: unknown) => {
      if (toCode(error) !== 'locked_out') throw error;
      return consumeLimits(['outsiderLookUpsInTurn', id]);
    });
  };
  const awaitTurn = createTurns(take, { clock, sleepFor });
  const bounded = async <Answer>(source: string, question: () => Promise<Answer>): Promise<Answer> => {
    await consumeLimits(['outsiderLookUps', source]);
    await awaitTurn(source);
    return question();
  };
  return (assurance) => {
    const source = anonymousSourceIn(assurance);
    if (source === null) return profile;
    return {
      findAccount: (login) => bounded(source, () => profile.findAccount(login, 'anonymous')),
      readAccount: (subject) => bounded(source, () => profile.readAccount(subject, 'anonymous')),
    };
  };
}

/** Longest wait for a turn, in milliseconds. */
const patienceMs = 15_000;
const mostWaiting = 1000;
/** A network is quiet if it had no turn for this time, in milliseconds. */
const quietMs = 60_000;
const mostRemembered = 10_000;

interface Waiting {
  /** Time that the queue had slept when this caller came, in milliseconds. */
  readonly since: number;
  readonly network: string;
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

/**
 * Creates a queue in which networks take turns while the limit is exhausted, so that no network uses up the limit.
 * Networks without a turn in the last minute go first, so that many busy networks cannot keep out a quiet one.
 * @param take - counts one use. Throws `locked_out` with the seconds to wait
 * @returns waits for the caller's turn. Throws `locked_out` if it would take too long
 */
function createTurns(
  take: () => Promise<void>,
  { clock, sleepFor }: { readonly clock: Clock; readonly sleepFor: Sleep },
): (source: string) => Promise<void> {
  /** Times of the last turns, oldest first. */
  const turns = new Map<string, number>();
  const isQuiet = (network: string): boolean => clock.now() - (turns.get(network) ?? -quietMs) >= quietMs;
  const noteTurn = (network: string): void => {
    turns.delete(network);
    turns.set(network, clock.now());
    for (const other of turns.keys()) {
      if (turns.size <= mostRemembered && !isQuiet(other)) break;
      turns.delete(other);
    }
  };
  const waiting = createFairQueue<Waiting>(mostWaiting);
  let sleptMs = 0;
  let isServing = false;

  async function takeFor({ since }: Waiting): Promise<void> {
    for (;;) {
      try {
        return await take();
      } catch (error) {
        const waitMs = waitMsOf(error);
        if (waitMs === null || sleptMs + waitMs - since > patienceMs) throw error;
        await sleepFor(waitMs);
        sleptMs += waitMs;
      }
    }
  }

  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await takeFor(next).then(() => {
        noteTurn(next.network);
        next.admit();
      }, next.refuse);
    isServing = false;
  }

  return (source) =>
    new Promise((admit, refuse) => {
      const { source: network } = anonymousShare(source);
      const share = isQuiet(network) ? knownShare(network) : anonymousShare(source);
      const dropped = waiting.push({ since: sleptMs, network, admit, refuse }, share, 1);
      for (const each of dropped)
        each.refuse(
          new FaceError('locked_out', { limit: 'outsiderLookUpsOfConnection', retryAfterSec: patienceMs / 1000 }),
        );
      void serve();
    });
}

function waitMsOf(error: unknown): number | null {
  if (!(error instanceof FaceError) || error.code !== 'locked_out') return null;
  return retryGuard.parse(error.detail).retryAfterSec * 1000;
}

const retryGuard = z.object({ retryAfterSec: z.number() });
