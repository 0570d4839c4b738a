import { z } from 'zod';
import type { Serializable } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { addSec } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { ssfPaths } from '../metadata.js';
import { pollRequestGuard } from '../poll.js';
import { deleteQueue } from '../poll-queue.js';
import { type EventStream, streamStatuses } from '../stream.js';
import { changeStream, createStream, deleteStream, listStreams, type StreamRecord, toEventStream } from '../streams.js';
import type { SsfCaller } from './caller.js';
import type { SecurityEvents } from './deps.js';
import {
  changeGuard,
  checkUnchanged,
  termsGuard,
  toChange,
  toChanged,
  toTerms,
  toView,
  verificationIntervalSec,
} from './stream-configuration.js';

export interface SsfCall {
  readonly caller: SsfCaller;
  /** Body of the request, parsed but not validated; `null` if there is none. */
  readonly body: unknown;
  readonly query: URLSearchParams;
  param(name: string): string;
  readonly signal: AbortSignal;
}

/** Response; without a body if `body` is `null`. */
export interface SsfAnswer {
  readonly status: 200 | 201 | 204;
  readonly body: Serializable | readonly Serializable[] | null;
}

export interface SsfEndpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly right: 'read' | 'manage';
  handle(call: SsfCall): Promise<SsfAnswer>;
}

interface Found {
  readonly stream: EventStream;
  readonly record: StreamRecord | null;
}

const text = z.string().max(1024);
const statusGuard = z.object({ stream_id: text, status: z.enum(streamStatuses), reason: text.optional() });
const verificationGuard = z.object({ stream_id: text, state: z.string().max(4096).optional() });

/** Creates the endpoints for streams. Callers see only their own streams. */
export function createSsfEndpoints(
  deps: Ports<'state' | 'clock' | 'random' | 'log' | 'keys' | 'issuer'> & Pick<SecurityEvents, 'transmitter' | 'poll'>,
): readonly SsfEndpoint[] {
  const toFound = (record: StreamRecord): Found => ({ record, stream: toEventStream(record, deps) });
  const findAll = async (caller: SsfCaller): Promise<readonly Found[]> => {
    if (caller.kind === 'receiver') return [{ stream: caller.stream, record: null }];
    const records = await listStreams(deps);
    return records.filter(({ application }) => application === caller.application.id).map(toFound);
  };
  const find = async (caller: SsfCaller, id: string | null): Promise<Found> => {
    if (id === null) throw new FaceError('request_malformed', { field: 'stream_id' });
    const found = (await findAll(caller)).find(({ stream }) => stream.id === id);
    if (found === undefined) throw new FaceError('not_found');
    return found;
  };
  const findOwn = async (caller: SsfCaller, id: string | null): Promise<StreamRecord> => {
    const { record } = await find(caller, id);
    if (record === null) throw new FaceError('scope_missing');
    return record;
  };
  /** If it fails, the regular refresh follows within seconds. */
  const takeUp = (): Promise<void> =>
    deps.transmitter.refresh().catch((error: unknown) => {
      deps.log.warn('cannot read security event streams', { code: toCode(error) });
    });
  const view = ({ stream, record }: Found): Serializable => toView(stream, record, deps);

  const change = async ({ caller, body }: SsfCall, replaces: boolean): Promise<SsfAnswer> => {
    const sent = parse(changeGuard, body);
    const own = await findOwn(caller, sent.stream_id);
    checkUnchanged(body, view(toFound(own)));
    const terms = replaces ? await toTerms(sent, deps) : await toChange(sent, deps);
    const now = deps.clock.now();
    const toNext = (former: StreamRecord): StreamRecord => {
      const next = replaces ? { ...former, ...terms } : toChanged(former, terms);
      // From this time, events queued for polls are pushed.
      const isPushedNow = former.delivery.kind === 'poll' && next.delivery.kind === 'push';
      return isPushedNow ? { ...next, toldOnAt: now } : next;
    };
    const changed = await changeStream(own.id, toNext, deps);
    await takeUp();
    return ok(view(toFound(changed)));
  };

  return [
    {
      method: 'POST',
      path: ssfPaths.streams,
      right: 'manage',
      async handle({ caller, body }) {
        if (caller.kind === 'receiver') throw new FaceError('scope_missing');
        const terms = await toTerms(parse(termsGuard, body ?? {}), deps);
        const made = await createStream(terms, caller.application, deps);
        await takeUp();
        return { status: 201, body: view(toFound(made)) };
      },
    },
    {
      method: 'GET',
      path: ssfPaths.streams,
      right: 'read',
      async handle({ caller, query }) {
        const id = query.get('stream_id');
        if (id !== null) return ok(view(await find(caller, id)));
        return { status: 200, body: (await findAll(caller)).map(view) };
      },
    },
    { method: 'PATCH', path: ssfPaths.streams, right: 'manage', handle: (call) => change(call, false) },
    { method: 'PUT', path: ssfPaths.streams, right: 'manage', handle: (call) => change(call, true) },
    {
      method: 'DELETE',
      path: ssfPaths.streams,
      right: 'manage',
      async handle({ caller, query }) {
        const { id } = await findOwn(caller, query.get('stream_id'));
        await deleteStream(id, deps);
        await takeUp();
        return { status: 204, body: null };
      },
    },
    {
      method: 'GET',
      path: ssfPaths.status,
      right: 'read',
      async handle({ caller, query }) {
        const { stream, record } = await find(caller, query.get('stream_id'));
        return ok(toStatusView({ id: stream.id, status: stream.status, reason: record?.reason ?? null }));
      },
    },
    {
      method: 'POST',
      path: ssfPaths.status,
      right: 'manage',
      async handle({ caller, body }) {
        const { stream_id, status, reason = null } = parse(statusGuard, body);
        const { id } = await findOwn(caller, stream_id);
        const now = deps.clock.now();
        const changed = await changeStream(
          id,
          (former) => {
            // A paused stream holds its events; a disabled one drops them.
            const toldSince = former.status === 'disabled' && status !== 'disabled' ? now : former.toldSince;
            const toldOnAt = former.status === 'paused' && status !== 'paused' ? now : former.toldOnAt;
            return { ...former, status, reason, toldSince, toldOnAt };
          },
          deps,
        );
        await takeUp();
        if (status === 'disabled') await deleteQueue(id, deps);
        return ok(toStatusView(changed));
      },
    },
    {
      method: 'POST',
      path: ssfPaths.verification,
      right: 'manage',
      async handle({ caller, body }) {
        const { stream_id, state = null } = parse(verificationGuard, body);
        const { stream } = await find(caller, stream_id);
        if (stream.status !== 'enabled') throw new FaceError('request_malformed', { status: stream.status });
        await countVerification(stream.id, deps);
        await deps.transmitter.verify(stream, state);
        return { status: 204, body: null };
      },
    },
    {
      method: 'POST',
      path: `${ssfPaths.poll}/:stream`,
      right: 'manage',
      async handle({ caller, body, param, signal }) {
        const request = parse(pollRequestGuard, body ?? {});
        const { stream } = await find(caller, param('stream'));
        if (stream.delivery.kind !== 'poll') throw new FaceError('not_found');
        return ok({ ...(await deps.poll(stream, request, signal)) });
      },
    },
  ];
}

const ok = (body: Serializable): SsfAnswer => ({ status: 200, body });

const toStatusView = ({ id, status, reason }: Pick<StreamRecord, 'id' | 'status' | 'reason'>): Serializable => ({
  stream_id: id,
  status,
  reason: reason ?? undefined,
});

function parse<Guard extends z.ZodType>(guard: Guard, body: unknown): z.output<Guard> {
  const parsed = guard.safeParse(body);
  if (!parsed.success)
    throw new FaceError('request_malformed', { field: parsed.error.issues[0]?.path.join('.') ?? '' });
  return parsed.data;
}

/** Limits verification requests, so that this server cannot be used to flood another. */
async function countVerification(id: string, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const key = `security-event-verification:${id}`;
  const expiresAt = addSec(clock.now(), verificationIntervalSec);
  if (await state.write(key, true, { when: 'absent', expiresAt, relaxedDurability: true })) return;
  throw new FaceError('locked_out', { retryAfterSec: verificationIntervalSec });
}
