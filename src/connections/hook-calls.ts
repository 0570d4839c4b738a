import { z } from 'zod';
import type { Clock } from '../core/ports.js';
import { withTimeout } from '../core/resilience.js';
import { toIso } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';

/*
 * This server decides only the sign-ins for which the provider calls a hook. If the provider calls none, enforce mode
 * refuses no one.
 */

export interface FoundHook {
  readonly state: 'called' | 'not_called' | 'unknown';
  /** Reason why it is not called, is not called everywhere, or is unknown. `null` if there is none. */
  readonly reason: string | null;
  /** Rules, applications or users for which the provider calls it, if it has such a limit. */
  readonly where: readonly string[];
}

/** A hook that the configuration serves, and whether the provider calls it. */
export interface HookCall extends FoundHook {
  readonly hook: string;
}

export interface HookCalls {
  readonly hooks: readonly HookCall[];
  /** Time of the reading, in UTC (RFC 3339). */
  readonly readAt: string;
}

export interface HookReader {
  readonly hook: string;
  /** Permissions that the reading needs. */
  readonly needs: string;
  /** @returns `null` if the provider neither calls the hook nor does what the hook decides */
  read(): Promise<FoundHook | null>;
}

/** @param reason - where it is not called, or `null` */
export const called = (where: readonly string[], reason: string | null = null): FoundHook => ({
  state: 'called',
  reason,
  where,
});

export const notCalled = (reason: string): FoundHook => ({ state: 'not_called', reason, where: [] });

export const notKnown = (reason: string): FoundHook => ({ state: 'unknown', reason, where: [] });

const longestMs = 4_000;

/** Reads every hook. A reading that fails or takes too long makes only its own hook unknown. */
export async function readHooks(
  readers: readonly HookReader[],
  { clock }: { readonly clock: Clock },
): Promise<HookCalls> {
  const readAt = toIso(clock.now());
  const readOne = async ({ hook, needs, read }: HookReader): Promise<HookCall[]> => {
    const late = (): FoundHook => notKnown('the provider did not answer in time');
    const found = await withTimeout(read(), longestMs, late).catch((error: unknown) => notKnown(explain(error, needs)));
    return found === null ? [] : [{ hook, state: found.state, reason: found.reason, where: found.where }];
  };
  return { hooks: (await Promise.all(readers.map(readOne))).flat(), readAt };
}

const statusGuard = z.object({ status: z.number() });

function explain(error: unknown, needs: string): string {
  const code = toCode(error);
  const status = error instanceof FaceError ? statusGuard.safeParse(error.detail).data?.status : undefined;
  const cause = status === undefined ? code : `${code}, status ${status}`;
  if (code !== 'provider_refused') return `it cannot be read (${cause})`;
  return `the provider does not show it (${cause}); this needs ${needs}`;
}

/** Describes whether the provider calls a hook, such as “token: called by the provider (rule "Default")”. */
export function describeCall({ hook, state, reason, where }: HookCall): string {
  if (state === 'unknown') return `${hook}: not known if the provider calls it, because ${reason}`;
  if (state === 'not_called') return `${hook}: not called by the provider, so it refuses no one: ${reason}`;
  const details = [...where, ...(reason === null ? [] : [reason])].join('; ');
  return `${hook}: called by the provider${details === '' ? '' : ` (${details})`}`;
}

/** Describes the hooks that the provider does not call, or may not call. `null` if it calls all of them. */
export function describeUncalled(calls: HookCalls | null): string | null {
  if (calls === null) return null;
  const uncalled = calls.hooks.filter(({ state }) => state !== 'called').map((each) => `hook ${describeCall(each)}`);
  return uncalled.length === 0 ? null : `${uncalled.join('; ')} (read ${calls.readAt})`;
}
