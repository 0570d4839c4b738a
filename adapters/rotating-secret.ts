import type { Credential } from '../src/core/concealed.js';
import type { Clock, Log } from '../src/core/ports.js';
import { addSec, type EpochMs } from '../src/core/units.js';
import { type Check, warn } from './provisioning.js';

/** A secret that callers prove themselves with, and the one before it, which is taken too while it is being replaced. */
export interface RotatingSecret {
  readonly current: Credential;
  readonly previous: Credential | undefined;
}

/** Which of the two proves a caller; `null`: none. Both are tried, so that the time taken says nothing of which it was. */
export function findSecret(
  { current, previous }: RotatingSecret,
  proves: (secret: Credential) => boolean,
): 'current' | 'previous' | null {
  const isPrevious = previous !== undefined && proves(previous);
  const isCurrent = proves(current);
  if (isCurrent) return 'current';
  return isPrevious ? 'previous' : null;
}

/** How often it is said of one hook. */
const noticeSec = 60;

/** Says in the log, once a minute at most, that somebody still calls with the previous secret. @param hook - what they call */
export type NotePrevious = (hook: string) => void;

/** Makes the notice of one connection. */
export function createNotePrevious({
  connection,
  clock,
  log,
}: {
  readonly connection: string;
  readonly clock: Clock;
  readonly log: Log;
}): NotePrevious {
  const quietUntil = new Map<string, EpochMs>();
  return (hook) => {
    const now = clock.now();
    if (now < (quietUntil.get(hook) ?? 0)) return;
    quietUntil.set(hook, addSec(now, noticeSec));
    log.warn('called with the previous secret', { connection, hook });
  };
}

/** Reminds of a previous secret that is still taken. @param setting - its name in the configuration */
export const createPreviousSecretChecks = (previous: Credential | undefined, setting: string): readonly Check[] =>
  previous === undefined
    ? []
    : [
        {
          title: 'Previous secret',
          run: async () =>
            warn(
              `${setting} is still accepted`,
              'Take it out of the configuration once the log no longer says "called with the previous secret" (docs/operations.md)',
            ),
        },
      ];
