import { createHash } from 'node:crypto';
import type { Clock, Log } from '../core/ports.js';
import type { Credential } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { type Check, type RotatableSecret, warn } from './provisioning.js';

export interface RotatingSecret {
  readonly current: Credential;
  readonly previous: Credential | undefined;
}

/**
 * Returns which secret verifies a caller, or `null`. It always tries the current and the previous secret, so that
 * timing reveals nothing.
 */
export function findSecret(
  { current, previous }: RotatingSecret,
  proves: (secret: Credential) => boolean,
): UsedSecret | null {
  const isPrevious = previous !== undefined && proves(previous);
  const isCurrent = proves(current);
  if (isCurrent) return 'current';
  return isPrevious ? 'previous' : null;
}

const noticeSec = 60;

export type UsedSecret = 'current' | 'previous';

export interface SecretUse {
  readonly connection: string;
  readonly secret: UsedSecret;
}

/** Returns 16 bits of a digest of the secret. They show that the secret was replaced, but do not help to guess it. */
export const markOf = (secret: Credential): string =>
  secret.use((value) => createHash('sha256').update(`mark ${value}`).digest('hex').slice(0, 4));

/** Describes a secret that can be rotated; an empty list if none is configured. */
export const toRotatable = (
  setting: string,
  previousSetting: string,
  { current, previous }: { readonly current: Credential | undefined; readonly previous: Credential | undefined },
): readonly RotatableSecret[] =>
  current === undefined
    ? []
    : [
        {
          ...{ setting, previousSetting, isPreviousTaken: previous !== undefined },
          marks: { current: markOf(current), previous: previous === undefined ? null : markOf(previous) },
        },
      ];

export type NoteSecretUse = (hook: string, secret: UsedSecret) => void;

export function createNoteSecretUse({
  connection,
  clock,
  log,
  onSecretUsed,
}: {
  readonly connection: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onSecretUsed?: ((use: SecretUse) => void) | undefined;
}): NoteSecretUse {
  const quietUntil = new Map<string, EpochMs>();
  return (hook, secret) => {
    onSecretUsed?.({ connection, secret });
    if (secret === 'current') return;
    const now = clock.now();
    if (now < (quietUntil.get(hook) ?? 0)) return;
    quietUntil.set(hook, addSec(now, noticeSec));
    log.warn('called with the previous secret', { connection, hook });
  };
}

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
