import { z } from 'zod';
import { issuerOf } from '../../config/schema.js';
import type { Adapter } from '../../connections/adapter.js';
import { repeatedWithinSec, withoutRepeats } from '../../connections/decisions-at-provider.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import { changeStored, readStored } from '../../core/change-stored.js';
import { releaseLease, takeLease } from '../../core/lease.js';
import type { Audit, State } from '../../core/ports.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toIso } from '../../core/units.js';
import type { OperationsPorts } from './operations-context.js';

/*
 * Copies decisions that code at a provider logged into the audit trail of one server. A crash between the two writes
 * records a decision twice; nothing is lost.
 */

const lease = { key: 'provider-decisions-reader', lifeSec: 180 };

/** Seconds for which a log line may arrive late. */
const lateSec = 300;

/** Ranges read in one run, to catch up after an outage. */
const mostReadings = 30;

/** Known decisions that are kept. If more are needed, older lines that arrive late are left out. */
const mostSeen = 2000;

const positionGuard = z.object({
  /** Start of the next reading. */
  since: epochMsGuard,
  /** All decisions until then are in the audit trail. `null` if none are. */
  until: epochMsGuard.nullable(),
  reason: z.string().nullable(),
  /** Time in which decisions are missing, because the log was too large. Forgotten after a day. */
  gap: z.object({ from: epochMsGuard, until: epochMsGuard }).nullable().default(null),
  ignored: z.int(),
  /** Digests and times of decisions that the next reading may return again. */
  seen: z.array(z.object({ id: z.string(), at: epochMsGuard })),
});

type Position = z.output<typeof positionGuard>;

const placeOf = (connection: string) => ({
  key: `provider-decisions:${connection}`,
  guard: positionGuard,
  expiresAt: () => null,
});

/** Cached, because creating an adapter each minute would be wasteful. */
const adapters = new WeakMap<ConfiguredConnection, Adapter>();

async function adapterOf(connection: ConfiguredConnection, { config }: Setup): Promise<Adapter> {
  const adapter = adapters.get(connection) ?? (await connection.createAdapter(issuerOf(config)));
  adapters.set(connection, adapter);
  return adapter;
}

type Deps = OperationsPorts<'state' | 'clock' | 'log' | 'setup' | 'background'> & {
  readonly audit: Pick<Audit, 'append'>;
};

/** Starts the job that records the decisions of providers. @returns a function that stops it */
export function startDecisionReader({
  random,
  jobs,
  ...deps
}: Deps & OperationsPorts<'random' | 'jobs'>): () => Promise<void> {
  const holder = Buffer.from(random(12)).toString('base64url');
  const run = () => recordProviderDecisions(holder, deps);
  const job = jobs.start({ name: 'provider_decisions', everySec: 60, run });
  void job.runNow();
  return async () => {
    await job.stop();
    await releaseLease(lease, holder, deps).catch(() => {});
  };
}

/** Records the new decisions of all providers that log some, unless another server does. @throws `state_unavailable` */
export async function recordProviderDecisions(holder: string, deps: Deps): Promise<void> {
  const setup = deps.setup();
  for (const connection of setup.connections) {
    const { readDecisions } = await adapterOf(connection, setup);
    if (readDecisions === undefined) continue;
    for (let count = 0; count < mostReadings && !deps.background.stopping.aborted; count += 1) {
      if (!(await takeLease(lease, holder, deps))) return;
      if (await recordNext(connection.id, readDecisions, deps)) break;
    }
  }
}

/** @returns true if all decisions until now are recorded, or they cannot be read */
async function recordNext(
  connection: string,
  read: NonNullable<Adapter['readDecisions']>,
  deps: Deps,
): Promise<boolean> {
  const { clock, log } = deps;
  const place = placeOf(connection);
  const now = clock.now();
  const start = { since: addSec(now, -secondsPerDay), until: null, reason: null, gap: null, ignored: 0, seen: [] };
  const former: Position = (await readStored(place, deps))?.record ?? start;
  const store = (changed: Position) => changeStored(place, () => changed, deps);
  const { decisions, until, hasGap, ignored, reason } = await read(former.since);
  if (until === null) {
    if (reason !== former.reason) log.warn('cannot read the decisions at the provider', { connection, reason });
    await store({ ...former, reason });
    return true;
  }
  if (ignored > 0 && former.ignored === 0)
    log.warn('log lines at the provider ignored', { connection, lines: ignored });
  const seen = [...former.seen];
  try {
    for (const { id, at, subject, detail } of withoutRepeats(decisions, former.seen)) {
      await deps.audit.append({ action: 'hook_decided', connection, subject, detail });
      seen.push({ id, at });
    }
  } catch (error) {
    await store({ ...former, seen });
    throw error;
  }
  const from = epochMs(Math.max(former.since, Math.min(until, addSec(now, -lateSec))));
  const recent = former.gap !== null && former.gap.until > start.since ? former.gap : null;
  const gap = hasGap ? { from: recent?.from ?? former.since, until } : recent;
  if (hasGap) log.warn('log at the provider too large, decisions are missing', { connection, until: toIso(until) });
  await store({ ...keepNeeded(seen, from), until, reason: null, gap, ignored });
  // A reading that gets no further ends the run, too.
  return until >= now || from <= former.since;
}

/** Keeps the decisions that a reading from `from` may return again, and starts later if these are too many. */
function keepNeeded(seen: Position['seen'], from: EpochMs): Pick<Position, 'since' | 'seen'> {
  const needed = seen.filter(({ at }) => at >= addSec(from, -repeatedWithinSec)).toSorted((a, b) => a.at - b.at);
  const kept = needed.slice(-mostSeen);
  const oldest = kept[0];
  const isCut = kept.length < needed.length && oldest !== undefined;
  return { since: isCut ? epochMs(Math.max(from, oldest.at + 1)) : from, seen: kept };
}

/**
 * Returns until when (UTC, RFC 3339; `null` if none are) all decisions at a provider are known, and the reason why
 * later ones cannot be read. `null` if they were never read.
 */
export async function readKnownDecisions(connection: string, { state }: { readonly state: Pick<State, 'read'> }) {
  const found = (await readStored(placeOf(connection), { state }))?.record;
  if (found === undefined) return null;
  const { until, gap } = found;
  const missing =
    gap && `some from ${toIso(gap.from)} to ${toIso(gap.until)} are missing, because the log is too large to read`;
  return { until: until === null ? null : toIso(until), reason: found.reason ?? missing };
}
