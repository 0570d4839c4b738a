import { z } from 'zod';
import { filesOf } from '../../config/data-files.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Policy } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { Clock, State } from '../../core/ports.js';
import { isInMode } from '../../core/rules/rule.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { toCode } from '../../errors.js';
import { openStore } from '../../storage/state/open.js';

/*
 * An administrator can override the mode of a connection in the configuration file. The override is in the state store,
 * so that it applies to all replicas. It ends one day after a server loads a configuration file with the same mode.
 */

const settlingSec = secondsPerDay;

const switchedGuard = z.object({
  mode: z.enum(['enforce', 'shadow']),
  by: z.string(),
  at: epochMsGuard,
  /** `null` until the configuration file has the same mode. */
  endsAt: epochMsGuard.nullable(),
});

export type Switched = z.output<typeof switchedGuard>;

export type Modes = ReadonlyMap<string, Switched>;

const stored = { key: 'connection-modes', guard: z.record(z.string(), switchedGuard), expiresAt: () => null };

export async function readModes({
  state,
  clock,
}: {
  readonly state: Pick<State, 'read'>;
  readonly clock: Clock;
}): Promise<Modes> {
  const found = await readStored(stored, { state });
  return new Map(Object.entries(found?.record ?? {}).filter(([, switched]) => holds(switched, clock.now())));
}

const holds = ({ endsAt }: Switched, now: EpochMs): boolean => endsAt === null || endsAt > now;

/**
 * Reads overrides outside of a server. If they cannot be read, the modes of the configuration file apply.
 * @returns no overrides if the store is not embedded
 */
export async function readSwitchedModes(
  { config }: Setup,
  deps: Ports<'clock' | 'random' | 'log'>,
  onUnread = (error: unknown): void => {
    deps.log.warn('cannot read manual mode switches', { code: toCode(error) });
  },
): Promise<Modes> {
  try {
    const state = await openStore(config.state, { ...deps, files: filesOf(config) });
    if (state === null) return new Map();
    return await readModes({ ...deps, state }).finally(() => state.close());
  } catch (error) {
    onUnread(error);
    return new Map();
  }
}

export const applyModes = <Given extends Setup>(setup: Given, modes: Modes): Given => ({
  ...setup,
  connections: setup.connections.map((connection) => {
    const { mode } = modes.get(connection.id) ?? {};
    return mode === undefined || isInMode(connection.policy, mode) ? connection : connection.inMode(mode);
  }),
});

/** Overrides a mode, or removes the override if the file has that mode, or if `mode` is `file`. */
export async function switchMode(
  {
    connection,
    mode: asked,
    file,
  }: { readonly connection: string; readonly mode: Policy['mode'] | 'file'; readonly file: Policy },
  by: string,
  { state, clock, audit }: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  const mode = asked === 'file' ? file.mode : asked;
  const isOverride = asked !== 'file' && !isInMode(file, mode);
  const detail = { mode, file: file.mode, by };
  await audit.append({ action: 'connection_mode_switched', connection, subject: '', detail });
  await changeStored(
    stored,
    (former) => {
      const others = Object.entries(former ?? {}).filter(([id]) => id !== connection);
      const own = !isOverride ? [] : [[connection, { mode, by, at: clock.now(), endsAt: null }] as const];
      return Object.fromEntries([...others, ...own]);
    },
    { state },
  );
}

/** Schedules the end of overrides that equal the mode in the configuration file. */
export async function expireRedundantModes(
  connections: readonly ConfiguredConnection[],
  { state, clock, audit }: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  const now = clock.now();
  const isSettled = (id: string, { mode, endsAt }: Switched): boolean =>
    endsAt === null && connections.some((each) => each.id === id && isInMode(each.policy, mode));
  const { former, changed } = await changeStored(
    stored,
    (before) => {
      const entries = Object.entries(before ?? {});
      if (!entries.some(([id, each]) => isSettled(id, each) || !holds(each, now))) return before;
      return Object.fromEntries(
        entries
          .filter(([, each]) => holds(each, now))
          .map(([id, each]) => [id, isSettled(id, each) ? { ...each, endsAt: addSec(now, settlingSec) } : each]),
      );
    },
    { state },
  );
  if (changed === former) return;
  for (const [connection, each] of Object.entries(former ?? {})) {
    if (!isSettled(connection, each)) continue;
    await audit.append({ action: 'connection_mode_settled', connection, subject: '', detail: { mode: each.mode } });
  }
}

const sinceGuard = z.record(z.string(), z.object({ mode: z.enum(['enforce', 'shadow']), since: epochMsGuard }));
const storedSince = { key: 'connection-modes-since', guard: sinceGuard, expiresAt: () => null };

/** Stores since when each connection has its mode. */
export async function noteModes(
  connections: readonly Pick<ConfiguredConnection, 'id' | 'policy'>[],
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  await changeStored(
    storedSince,
    (former) => {
      const noted = former ?? {};
      if (connections.every(({ id, policy }) => noted[id]?.mode === policy.mode)) return former;
      const own = connections.map(({ id, policy: { mode } }) => {
        const known = noted[id];
        return [id, known?.mode === mode ? known : { mode, since: clock.now() }] as const;
      });
      return { ...noted, ...Object.fromEntries(own) };
    },
    { state },
  );
}

/** Returns the start of shadow mode; `null` if inactive or unknown. */
export async function readShadowSince(connection: string, { state }: Ports<'state'>): Promise<EpochMs | null> {
  const noted = (await readStored(storedSince, { state }))?.record[connection];
  return noted?.mode === 'shadow' ? noted.since : null;
}
