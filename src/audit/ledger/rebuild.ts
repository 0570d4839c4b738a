import type { AuditAction } from '../../core/audit-events.js';
import type { Ports } from '../../core/deps.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import { addSec, type EpochMs, secondsPerDay } from '../../core/units.js';
import { type PastEvent, readEvents } from '../events.js';
import { mergeByTime } from '../records.js';
import { readChainName } from '../trail-files.js';
import { personPart } from './places.js';
import { prune } from './prune.js';
import { type LedgerEntry, recordEntries, toEntry } from './record.js';
import { forgetCounts } from './sign-ins.js';

/** Entries per write. A small number delays other servers on the same store less. */
const entriesAtOnce = 200;

export interface RebuildDeps extends LedgerDeps, Ports<'auditEvents'> {
  /** Lets other writers proceed. */
  readonly pause: () => Promise<void>;
}

/**
 * Rebuilds the ledger from audit logs. Servers may write to it at the same time. Existing entries keep their network
 * addresses, which audit logs do not contain. The operation is idempotent.
 */
export async function rebuildLedger(files: readonly string[], deps: RebuildDeps) {
  const erasedAt = await readErasures(files, deps);
  const keptSince = addSec(deps.clock.now(), -deps.bounds.days * secondsPerDay);
  let lines = 0;
  /** Entries not restored: erased later, or older than the retention time. */
  let omitted = 0;
  /** Number of unreadable lines (see `facestep audit verify`). */
  let unreadable = 0;
  let batch: LedgerEntry[] = [];
  const write = async (): Promise<void> => {
    await recordEntries(batch, deps, { isRebuilt: true });
    lines += batch.length;
    batch = [];
    await deps.pause();
  };
  const onUnreadable = (): void => {
    unreadable += 1;
  };
  for await (const { record: event, trail } of readMerged(files, onUnreadable, deps)) {
    const erased = erasedAt.get(personPart(event));
    const isErased = erased !== undefined && event.action !== 'subject_erased' && event.time <= erased;
    const isOld = event.time < keptSince && !changesEnrolment(event.action);
    if (isErased || isOld) {
      omitted += 1;
      continue;
    }
    const entry = toEntry({ ...event, request: event.request ?? null }, trail, null, deps);
    if (entry !== null) batch.push(entry);
    if (batch.length >= entriesAtOnce) await write();
  }
  if (batch.length > 0) await write();
  await forgetCounts(deps);
  await prune({ ...deps, counted: new Map() });
  return { lines, omitted, unreadable };
}

/** Returns true if the action changes the status of an enrolment. These events are restored at any age. */
const changesEnrolment = (action: AuditAction): boolean =>
  ['enrolled', 'enrolment_recovered', 'revoked', 'consent_withdrawn', 'subject_erased'].includes(action);

async function readErasures(
  files: readonly string[],
  { auditEvents }: Ports<'auditEvents'>,
): Promise<ReadonlyMap<string, EpochMs>> {
  const erasedAt = new Map<string, EpochMs>();
  for (const file of files) {
    for await (const event of readEvents(file, ['subject_erased'], auditEvents)) {
      const part = personPart(event);
      if (event.time >= (erasedAt.get(part) ?? event.time)) erasedAt.set(part, event.time);
    }
  }
  return erasedAt;
}

async function* readMerged(
  files: readonly string[],
  onUnreadable: () => void,
  { auditEvents }: Ports<'auditEvents'>,
): ReturnType<typeof mergeByTime<PastEvent>> {
  const names = await Promise.all(files.map(readChainName));
  const sources = files.map((file, at) => ({
    trail: names[at] ?? '',
    records: readEvents(file, auditEvents.loggedActions, auditEvents, { onUnreadable }),
  }));
  yield* mergeByTime(sources);
}
