import type { Trail } from '../audit/file.js';
import type { DataFiles } from '../config/data-files.js';
import type { Jobs } from '../core/jobs.js';
import { type BackOff, retryUntilDone } from '../core/resilience.js';
import { FaceError, toCode } from '../errors.js';
import { openCursors } from './cursors.js';
import { attemptDelivery, pushVerification } from './deliver.js';
import { createDispatch, type DispatchPorts } from './dispatch.js';
import { enqueueVerification } from './poll-queue.js';
import type { DeliveryPorts } from './ports.js';
import type { EventStream } from './stream.js';

/** Interval at which changes by other replicas are noticed. */
const refreshSec = 5;

const everySecond: BackOff = { firstMs: 1000, longestMs: 1000 };

interface TransmitterOptions
  extends DeliveryPorts<
    'state' | 'auditEvents' | 'clock' | 'random' | 'log' | 'fetch' | 'sets' | 'sleep' | 'onDelivery' | 'onWaiting'
  > {
  readonly streams: readonly EventStream[];
  /** Reads the streams created over the API. */
  readonly readStreams: () => Promise<readonly EventStream[]>;
  readonly trail: Pick<Trail, 'file' | 'chain' | 'sync'>;
  readonly files: Pick<DataFiles, 'securityEvents' | 'deadLetters'>;
  readonly jobs: Jobs;
  /** True if other replicas use the same state store, so that events are handed over to them at the stop. */
  readonly isStateShared: boolean;
  readonly onEnded: (stream: string) => void;
}

export interface Transmitter {
  /** Reads the streams again, after a change on this replica. */
  refresh(): Promise<void>;
  /** Sends a verification event: pushes it in the background, or queues it for a poll. */
  verify(stream: EventStream, state: string | null): Promise<void>;
  close(): Promise<void>;
}

/**
 * Delivers this server's audit log to each stream, at least once, and in order unless an event is not accepted. Events
 * that are refused, or not accepted in time, become dead letters. If the state store does not answer yet, the start is
 * retried in the background.
 */
export async function startTransmitter(options: TransmitterOptions): Promise<Transmitter> {
  try {
    return await startNow(options);
  } catch (error) {
    if (toCode(error) !== 'state_unavailable') throw error;
    const isAnswering = await options.readStreams().then(
      () => true,
      () => false,
    );
    if (isAnswering) throw error;
    return startLater(options);
  }
}

interface Told {
  readonly ending: AbortController;
  readonly dispatch: ReturnType<typeof createDispatch>;
  readonly done: Promise<void>;
}

async function startNow(deps: TransmitterOptions): Promise<Transmitter> {
  const { trail, files, random, jobs, isStateShared } = deps;
  // Streams that are created from now on begin after this record.
  let { sequence: end } = await trail.sync();
  let streams = byId(deps.streams, await deps.readStreams());
  const isConfigured = new Set(deps.streams.map(({ id }) => id));
  // Start of a stream whose position is not stored. A stream created over the API begins at 0, because it may have been
  // created just before a crash, and its `since` excludes older events.
  const startOf = (id: string): readonly [string, number] => [id, isConfigured.has(id) ? end : 0];
  const cursors = await openCursors(files.securityEvents, {
    chain: trail.chain,
    streams: new Map([...streams.keys()].map(startOf)),
    random,
  });
  const closing = new AbortController();
  const told = new Map<string, Told>();
  const others = new Set<Promise<void>>();

  const begin = (stream: EventStream): void => {
    const { id } = stream;
    const ending = new AbortController();
    const signal = AbortSignal.any([closing.signal, ending.signal]);
    const ports = { ...deps, cursors, signal, streamNow: () => streams.get(id) };
    const attempt: DispatchPorts['attempt'] = (event, openStream, rules = { isLast: false }) =>
      attemptDelivery(event, openStream, rules, ports);
    const dispatch = createDispatch(stream, { ...ports, attempt });
    told.set(id, { ending, dispatch, done: dispatch.run() });
  };

  const look = async (): Promise<void> => {
    const { sequence } = await trail.sync();
    const next = byId(deps.streams, await deps.readStreams());
    for (const [id, { ending, done }] of told) {
      if (next.has(id)) continue;
      ending.abort();
      told.delete(id);
      await done;
      deps.onEnded(id);
      await cursors.forget(id);
    }
    streams = next;
    for (const [id, stream] of next) {
      if (told.has(id)) continue;
      // A new stream begins at the previous end, because it may have been created before the latest records.
      await cursors.advance(id, end, []);
      begin(stream);
    }
    end = sequence;
    if (isStateShared) for (const { dispatch } of told.values()) await dispatch.takeOver();
  };

  let looking: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    const looked = looking.then(() => (closing.signal.aborted ? undefined : look()));
    looking = looked.catch(() => {});
    return looked;
  };
  for (const stream of streams.values()) begin(stream);
  const job = jobs.start({ name: 'security_event_streams', everySec: refreshSec, run: refresh });
  return {
    refresh,
    async verify(stream, state) {
      const verification = { jti: Buffer.from(random(24)).toString('base64url'), state };
      if (stream.delivery.kind === 'poll') return enqueueVerification(stream.id, verification, deps);
      const pushed = pushVerification(verification, stream, { ...deps, signal: closing.signal });
      others.add(pushed);
      void pushed.finally(() => others.delete(pushed));
    },
    async close() {
      closing.abort();
      const dispatched = [...told.values()];
      await Promise.all([job.stop(), looking, ...others, ...dispatched.map(({ done }) => done)]);
      if (isStateShared) await Promise.all(dispatched.map(({ dispatch }) => dispatch.handOver()));
    },
  };
}

function startLater(deps: TransmitterOptions): Transmitter {
  const { log } = deps;
  const closing = new AbortController();
  let started: Transmitter | null = null;
  const start = async (): Promise<void> => {
    started = await startNow(deps);
  };
  const onFailure = (error: unknown): void => log.error('security events not yet delivered', { code: toCode(error) });
  const starting = retryUntilDone(start, onFailure, { backOff: everySecond, signal: closing.signal });
  const now = (): Transmitter => {
    if (started === null) throw new FaceError('state_unavailable');
    return started;
  };
  return {
    refresh: async () => now().refresh(),
    verify: async (stream, state) => now().verify(stream, state),
    async close() {
      closing.abort();
      await starting;
      await started?.close();
    },
  };
}

const byId = (...lists: readonly (readonly EventStream[])[]): ReadonlyMap<string, EventStream> =>
  new Map(lists.flat().map((stream) => [stream.id, stream]));
