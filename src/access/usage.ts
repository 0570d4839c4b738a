import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import type { Jobs } from '../core/jobs.js';
import { addSec, type EpochMs, epochMsGuard, fromIso, secondsPerDay, toIso } from '../core/units.js';
import { FaceError, type FaceErrorCode, faceErrorCodes, isFault, toCode } from '../errors.js';
import type { Metrics } from '../telemetry/metrics.js';
import { usageReply } from './application-replies.js';
import type { Client } from './client-tokens.js';

const daySec = 24 * 60 * 60;

export const usageKeptDays = 90;

/** Common fields of the endpoints for the usage of one application. */
export const usageOfOne = {
  description: `By day and endpoint, newest day first. Counts are stored for ${usageKeptDays} days; the last few seconds can be missing.`,
  codes: ['not_found'],
  fields: z.strictObject({
    days: z.int().min(1).max(usageKeptDays).prefault(30).describe('Number of days, including today, in UTC.'),
  }),
  reply: usageReply,
} as const;

/** Outcome of a request. A face mismatch is an answer and counts as `ok`. */
export type Outcome = 'ok' | FaceErrorCode;

export interface ClientRequest {
  readonly client: Client;
  readonly endpoint: string;
  readonly outcome: Outcome;
  readonly requestId: string;
  readonly field: string | null;
}

const aboutField = z.object({ field: z.string().regex(/^[A-Za-z_]{1,40}$/) });

export function toClientRequest(
  request: Pick<ClientRequest, 'client' | 'endpoint' | 'requestId'>,
  refused: unknown,
): ClientRequest {
  if (refused === null) return { ...request, outcome: 'ok', field: null };
  const about = aboutField.safeParse(refused instanceof FaceError ? refused.detail : null);
  return { ...request, outcome: toCode(refused), field: about.data?.field ?? null };
}

interface Recorder<Noted> {
  note(request: Noted): void;
  /** Writes what is pending. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** Counts in memory, and writes to the store every few seconds. If the store fails, counts are written next time. */
export type UsageRecorder = Recorder<Pick<ClientRequest, 'client' | 'endpoint' | 'outcome'>>;

/** Writes every few seconds. A crash loses what was noted since the last run of this job. */
function flushing(name: string, run: () => Promise<void>, jobs: Jobs): Pick<Recorder<never>, 'flush' | 'stop'> {
  const job = jobs.start({ name, everySec: 5, run });
  return {
    flush: job.runNow,
    async stop() {
      await job.stop();
      await job.runNow();
    },
  };
}

const countsGuard = z.record(z.string(), z.record(z.string(), z.number()));
type Counts = z.infer<typeof countsGuard>;

const lastUsedGuard = z.string();

const dayOf = (time: EpochMs): string => toIso(time).slice(0, 10);
const usageKey = (applicationId: string | null, day: string): string => `usage:${applicationId ?? 'none'}:${day}`;
const lastUsedKey = (clientId: string): string => `client-token-used:${clientId}`;

/** Returns the expiry of a day's counts. It depends only on the day, so that all replicas set the same expiry. */
const usageExpiry = (day: string): EpochMs => addSec(fromIso(`${day}T00:00:00Z`), (usageKeptDays + 1) * daySec);

type RecorderDeps = Ports<'state' | 'clock' | 'log'> & { readonly jobs: Jobs };

export function createUsageRecorder({ state, clock, log, jobs }: RecorderDeps): UsageRecorder {
  let pending = new Map<string, { readonly day: string; readonly counts: Counts }>();
  let unnotedUses = new Map<string, { readonly day: string; readonly client: Client }>();
  const notedUses = new Map<string, string>();

  const addPending = (key: string, day: string, added: Counts): void => {
    pending.set(key, { day, counts: sumOf(pending.get(key)?.counts ?? {}, added) });
  };

  const flush = async (): Promise<void> => {
    const counted = pending;
    const uses = unnotedUses;
    [pending, unnotedUses] = [new Map(), new Map()];
    for (const [key, { day, counts }] of counted) {
      const record = { key, guard: countsGuard, expiresAt: () => usageExpiry(day), relaxedDurability: true };
      await changeStored(record, (former) => sumOf(former ?? {}, counts), { state }).catch((error: unknown) => {
        addPending(key, day, counts);
        log.warn('cannot store usage', { code: toCode(error) });
      });
    }
    for (const [id, { day, client }] of uses) {
      await state
        .write(lastUsedKey(id), day, { when: 'any', expiresAt: client.expiresAt, relaxedDurability: true })
        .catch(() => notedUses.delete(id));
    }
  };

  return {
    note({ client, endpoint, outcome }) {
      const day = dayOf(clock.now());
      addPending(usageKey(client.application?.id ?? null, day), day, { [endpoint]: { [outcome]: 1 } });
      if (notedUses.get(client.id) === day) return;
      for (const [id, noted] of notedUses) if (noted !== day) notedUses.delete(id);
      notedUses.set(client.id, day);
      unnotedUses.set(client.id, { day, client });
    },
    ...flushing('usage', flush, jobs),
  };
}

function sumOf(former: Counts, added: Counts): Counts {
  const sum = { ...former };
  for (const [endpoint, outcomes] of Object.entries(added)) {
    const counts = { ...sum[endpoint] };
    for (const [outcome, count] of Object.entries(outcomes)) counts[outcome] = (counts[outcome] ?? 0) + count;
    sum[endpoint] = counts;
  }
  return sum;
}

/**
 * Reads an application's usage, newest day first.
 * @param applicationId - `null` for tokens without an application
 */
export async function readUsage(
  applicationId: string | null,
  days: number,
  { state, clock }: Ports<'state' | 'clock'>,
) {
  const now = clock.now();
  const names = Array.from({ length: days }, (_, ago) => dayOf(addSec(now, -ago * daySec)));
  const found = await Promise.all(
    names.map(async (day) => {
      const record = await state.read(usageKey(applicationId, day));
      return Object.entries(record === null ? {} : countsGuard.parse(record.value)).map(([endpoint, outcomes]) => {
        const { ok = 0, ...refusals } = outcomes;
        return { day, endpoint, requests: Object.values(refusals).reduce((sum, count) => sum + count, ok), refusals };
      });
    }),
  );
  return found.flat();
}

/** Returns a token's last day of use, or `null` if it was never used. */
export async function readLastUsed(clientId: string, { state }: Ports<'state'>): Promise<string | null> {
  const found = await state.read(lastUsedKey(clientId));
  return found === null ? null : lastUsedGuard.parse(found.value);
}

export const refusalRetention = { most: 100, days: 7 } as const;

const refusalGuard = z.object({
  requestId: z.string(),
  at: epochMsGuard,
  endpoint: z.string(),
  code: z.enum(faceErrorCodes),
  field: z.string().nullable(),
});

/** A refused request of an application. It names neither the user nor any data of the request. */
type RecentRefusal = Readonly<z.infer<typeof refusalGuard>>;

const storedOf = (application: string, { clock }: Ports<'clock'>) => ({
  key: `refusals:${application}`,
  guard: z.array(refusalGuard),
  expiresAt: () => addSec(clock.now(), refusalRetention.days * secondsPerDay),
  relaxedDurability: true,
});

/** Collects refusals in memory, and writes them to the store every few seconds. If the store fails, they are dropped. */
export type RefusalRecorder = Recorder<ClientRequest>;

export function createRefusalRecorder({ state, clock, log, jobs }: RecorderDeps): RefusalRecorder {
  let pending = new Map<string, readonly RecentRefusal[]>();

  const flush = async (): Promise<void> => {
    const noted = pending;
    pending = new Map();
    for (const [application, added] of noted)
      await changeStored(storedOf(application, { clock }), (former) => newestOf([...(former ?? []), ...added]), {
        state,
      }).catch((error: unknown) => log.warn('cannot store refusals', { code: toCode(error) }));
  };

  return {
    note({ client: { application }, endpoint, outcome, requestId, field }) {
      if (application === null || outcome === 'ok') return;
      const refusal = { requestId, at: clock.now(), endpoint, code: outcome, field };
      pending.set(application.id, newestOf([...(pending.get(application.id) ?? []), refusal]));
    },
    ...flushing('recent_refusals', flush, jobs),
  };
}

const newestOf = (refusals: readonly RecentRefusal[]): RecentRefusal[] => refusals.slice(-refusalRetention.most);

export async function readRefusals(application: string, deps: Ports<'state' | 'clock'>): Promise<RecentRefusal[]> {
  const since = addSec(deps.clock.now(), -refusalRetention.days * secondsPerDay);
  const kept = (await readStored(storedOf(application, deps), deps))?.record ?? [];
  return kept.filter(({ at }) => at > since).toReversed();
}

/**
 * Returns the subscriber of API requests. For the metrics, outcomes are reduced to three, because there would be too
 * many time series with one per application and error code.
 */
export const createRequestNote =
  ({
    usage,
    refusals,
    metrics: { applicationRequests },
  }: {
    readonly usage: Pick<UsageRecorder, 'note'>;
    readonly refusals: Pick<RefusalRecorder, 'note'>;
    readonly metrics: Metrics;
  }) =>
  (request: ClientRequest): void => {
    usage.note(request);
    refusals.note(request);
    const { client, outcome } = request;
    const failed = outcome !== 'ok' && isFault(outcome);
    applicationRequests.inc({
      application: client.application?.id ?? 'none',
      outcome: outcome === 'ok' ? 'answered' : failed ? 'failed' : 'refused',
    });
  };
