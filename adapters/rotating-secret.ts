import type { Credential } from '../src/core/concealed.js';
import type { Clock, Log } from '../src/core/ports.js';
import { addSec, type EpochMs } from '../src/core/units.js';
import { type Check, warn } from './provisioning.js';

export interface RotatingSecret {
  readonly current: Credential;
  readonly previous: Credential | undefined;
}

/** Returns the secret that verifies a caller; `null` if none. Tries both, so that timing reveals nothing. */
export function findSecret(
  { current, previous }: RotatingSecret,
  proves: (secret: Credential) => boolean,
): 'current' | 'previous' | null {
  const isPrevious = previous !== undefined && proves(previous);
  const isCurrent = proves(current);
  if (isCurrent) return 'current';
  return isPrevious ? 'previous' : null;
}

const noticeSec = 60;

/** Logs that a caller still uses the previous secret, once a minute at most. */
export type NotePrevious = (hook: string) => void;

/** Creates the logger of one connection. */
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

/** Creates the check that warns of a previous secret that is still accepted. */
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
