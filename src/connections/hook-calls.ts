import { z } from 'zod';
import type { Clock } from '../core/ports.js';
import { isCredentialRefusal } from '../core/provider-refusal.js';
import { withTimeout } from '../core/resilience.js';
import { toIso } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';

/*
 * This server decides only the sign-ins for which the provider calls a hook. If the provider calls none, enforce mode
 * refuses no one.
 */

export interface FoundHook {
  readonly state: 'called' | 'partly' | 'not_called' | 'unknown';
  /** Reason why it is not called, is called only in part, or is unknown. `null` if it is called. */
  readonly reason: string | null;
  /** Rules, applications or users for which the provider calls it, if it has such a limit. */
  readonly where: readonly string[];
}

/** A hook that the configuration serves, and whether the provider calls it. */
export interface HookCall extends FoundHook {
  readonly hook: string;
  /** True if it can refuse users. False if it ends the enrolments of deactivated users. */
  readonly decides: boolean;
}

export interface HookCalls {
  readonly hooks: readonly HookCall[];
  /** Time of the reading, in UTC (RFC 3339). */
  readonly readAt: string;
}

export interface HookReader {
  readonly hook: string;
  readonly decides: boolean;
  /** Returns the permissions that the reading needs. @param code - error code of the provider, if it sent one */
  readonly needs: (code: string | undefined) => string;
  /** @returns `null` if the provider neither calls the hook nor does what the hook decides */
  read(): Promise<FoundHook | null>;
}

/** Readings of one connection that have not ended, by hook. Later calls wait for them and start no others. */
export type UnfinishedReads = Map<string, Promise<FoundHook | null>>;

/** @param found.reason - where it is not called, which makes it `partly` called; `null` otherwise */
export const called = ({ where = [], reason = null }: Partial<Pick<FoundHook, 'where' | 'reason'>>): FoundHook => ({
  state: reason === null ? 'called' : 'partly',
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
  unfinished: UnfinishedReads = new Map(),
): Promise<HookCalls> {
  const readAt = toIso(clock.now());
  const start = ({ hook, read }: HookReader): Promise<FoundHook | null> => {
    const work = read().finally(() => unfinished.delete(hook));
    unfinished.set(hook, work);
    return work;
  };
  const readOne = async (reader: HookReader): Promise<HookCall[]> => {
    const { hook, decides, needs } = reader;
    const work = unfinished.get(hook) ?? start(reader);
    const late = (): FoundHook => notKnown('the provider did not answer in time');
    const found = await withTimeout(work, longestMs, late).catch((error: unknown) => notKnown(explain(error, needs)));
    return found === null ? [] : [{ hook, decides, state: found.state, reason: found.reason, where: found.where }];
  };
  return { hooks: (await Promise.all(readers.map(readOne))).flat(), readAt };
}

const detailGuard = z.object({
  status: z.number().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
});

function explain(error: unknown, needs: HookReader['needs']): string {
  const code = toCode(error);
  const detail = error instanceof FaceError ? detailGuard.safeParse(error.detail).data : undefined;
  const status = detail?.status === undefined ? [] : [`status ${detail.status}`];
  const cause = [code, ...status, ...(detail?.code === undefined ? [] : [detail.code])].join(', ');
  if (error instanceof FaceError && isCredentialRefusal(error))
    return `the provider does not accept how this server authenticates (${cause})`;
  if (code !== 'provider_refused') return `it cannot be read (${cause})`;
  return `the provider does not show it (${cause}); this needs ${needs(detail?.code)}`;
}

/** Describes whether the provider calls a hook, such as “token: called by the provider (rule "Default")”. */
export function describeCall({ hook, decides, state, reason, where }: HookCall): string {
  if (state === 'unknown') return `${hook}: not known if the provider calls it, because ${reason}`;
  const effect = decides ? 'it refuses no one' : 'enrolments of deactivated users stay valid until they expire';
  if (state === 'not_called') return `${hook}: not called by the provider, so ${effect}: ${reason}`;
  const details = [...where, ...(reason === null ? [] : [reason])].join('; ');
  if (state === 'partly') return `${hook}: called only in part by the provider: ${details}`;
  return `${hook}: called by the provider${details === '' ? '' : ` (${details})`}`;
}

/** Describes the hooks that the provider does not call, or not everywhere. `null` if it calls all of them. */
export function describeUncalled(calls: HookCalls | null): string | null {
  if (calls === null) return null;
  const uncalled = calls.hooks.filter(({ state }) => state !== 'called').map((each) => `hook ${describeCall(each)}`);
  return uncalled.length === 0 ? null : `${uncalled.join('; ')} (read ${calls.readAt})`;
}
