import { z } from 'zod';
import type { EventSchemas } from '../audit/events.js';
import type { Trail } from '../audit/file.js';
import { createFollower, type FollowedEvent, type Follower } from '../audit/follow.js';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { vendorPolicyOf } from '../core/liveness-policy.js';
import { addSec } from '../core/units.js';
import { type ExpiryPorts, recordExpired } from '../step-up/expired.js';
import { anonymousSourceOf, type StepUpRecord, stateAt, type Termed } from '../step-up/record.js';
import { isOfHeldToken } from '../step-up/request-flow.js';
import { readRecords } from '../step-up/stored.js';
import { dropHeldToken, judgedWithinSec } from '../step-up/transitions.js';
import { flows } from './flows.js';

/*
 * Records the step-ups that expired, so that webhooks report them. The server follows its own audit trail, so that the
 * start of a step-up costs nothing more. Step-ups of anonymous callers are left out, except those of a ticket: anyone
 * could start any number of them.
 */

const readAtOnce = 1000;

/** Beyond this number, further starts wait in the audit trail. */
const mostWatched = 20_000;

/** Longer than a step-up lives, so that a restart finds where this server was. */
const keptSec = 2 * 60 * 60;

const positionGuard = z.object({ sequence: z.int() });

/** Ids of step-ups that stopped servers left to the others, and their maximum: DynamoDB limits a record to 400 KB. */
const leftKey = 'step-up-expiry:left';
const mostLeft = 10_000;
const leftGuard = z.array(z.string());
/** Sequence of a step-up of another server, which does not hold the own position back. */
const ofAnother = Number.MAX_SAFE_INTEGER;

interface Watched extends Termed {
  readonly id: string;
  /** Number of the record of its start. */
  readonly sequence: number;
  /** Without the caller's token, which must not stay in memory. */
  readonly record: StepUpRecord;
  /** True if the step-up has a token of the caller, with which it is deleted when it expires. */
  readonly isDeleted: boolean;
}

/**
 * Creates the job that records expired step-ups of this server's audit trail, from when a webhook or a liveness vendor
 * needs it: sessions of a vendor that no one finished are given back.
 * @param core - returns the active settings and connections
 * @param begunAfter - number of the last record before the server started
 */
export function createExpiryWatch(
  deps: Omit<ExpiryPorts, 'settings'> & {
    readonly core: () => Ports<'settings' | 'connections'>;
    /** True if a webhook reports finished checks. */
    readonly reportsChecks: boolean;
    readonly auditEvents: EventSchemas;
    readonly trail: Pick<Trail, 'file' | 'chain'>;
    readonly begunAfter: number;
  },
) {
  const { trail, begunAfter, state, clock, audit, auditEvents, core, reportsChecks } = deps;
  const key = `step-up-expiry:${trail.chain}`;
  let follower: Follower<'step_up_started'> | null = null;
  /** Starts that were read from the trail, but not looked up. */
  let unread: readonly FollowedEvent<'step_up_started'>[] = [];
  let watched: readonly Watched[] = [];
  /** Sequence of the last start that was looked up. */
  let position = begunAfter;
  let storedPosition: number | null = null;

  const openFollower = async (): Promise<Follower<'step_up_started'>> => {
    const found = await readStored({ key, guard: positionGuard }, { state });
    position = Math.min(begunAfter, found?.record.sequence ?? begunAfter);
    return createFollower(trail.file, position, ['step_up_started'], auditEvents);
  };

  const findWatched = async (started: readonly Pick<Watched, 'id' | 'sequence'>[]): Promise<readonly Watched[]> => {
    const records = await readRecords(
      started.map(({ id }) => id),
      deps,
    );
    return started.flatMap(({ id, sequence }, at): readonly Watched[] => {
      const record = records[at] ?? null;
      if (record === null || record.purpose !== 'verify') return [];
      // A flow of an extension that was removed would stop the others.
      const terms = flows.get(record.flow.kind)?.toTerms(record);
      if (terms === undefined || !isWatched({ record, terms })) return [];
      return [{ id, sequence, record: dropHeldToken(record), terms, isDeleted: isOfHeldToken(record) }];
    });
  };

  const watchNew = async (following: Follower<'step_up_started'>): Promise<void> => {
    while (watched.length < mostWatched) {
      if (unread.length === 0) unread = await following.read(readAtOnce);
      if (unread.length === 0) return;
      const started = await findWatched(unread.map(({ sequence, detail }) => ({ id: detail.stepUpId, sequence })));
      watched = [...watched, ...started];
      position = unread.at(-1)?.sequence ?? position;
      unread = [];
    }
  };

  const recordDue = async (): Promise<void> => {
    const now = clock.now();
    // An attempt that began just before the expiry may still pass.
    const due = watched.filter(({ record }) => addSec(record.expiresAt, judgedWithinSec) <= now);
    const latest = await readRecords(
      due.map(({ id }) => id),
      deps,
    );
    for (const [at, each] of due.entries()) {
      const found = latest[at] ?? null;
      const isExpired = found === null ? each.isDeleted : stateAt(found, now) === 'expired';
      const { settings } = core();
      if (isExpired)
        await recordExpired(
          { id: each.id, record: found ?? each.record, terms: each.terms },
          { state, clock, settings, audit },
        );
    }
    const handled = new Set(due);
    watched = watched.filter((each) => !handled.has(each));
  };

  const isNeeded = (): boolean =>
    reportsChecks || [...core().connections.values()].some(({ policy }) => vendorPolicyOf(policy) !== null);

  const left = { key: leftKey, guard: leftGuard, expiresAt: () => addSec(clock.now(), keptSec) };

  const takeOver = async (): Promise<void> => {
    const listed = (await readStored(left, { state }))?.record ?? [];
    if (listed.length === 0) return;
    const { former } = await changeStored(left, () => [], { state });
    const ids = former ?? [];
    watched = [...watched, ...(await findWatched(ids.map((id) => ({ id, sequence: ofAnother }))))];
  };

  const storePosition = async (): Promise<void> => {
    const sequence = Math.min(position, ...watched.map((each) => each.sequence - 1));
    if (sequence === storedPosition) return;
    await state.write(key, { sequence }, { when: 'any', expiresAt: addSec(clock.now(), keptSec) });
    storedPosition = sequence;
  };

  return {
    async run(): Promise<void> {
      if (follower === null && !isNeeded()) return;
      follower ??= await openFollower();
      await takeOver();
      await watchNew(follower);
      await recordDue();
      await storePosition();
    },
    /** Leaves the step-ups to the server that runs next, at the stop. */
    async handOver(): Promise<void> {
      if (follower === null) return;
      await watchNew(follower);
      const ids = watched.map(({ id }) => id);
      if (ids.length === 0) return;
      await changeStored(left, (former) => [...(former ?? []), ...ids].slice(-mostLeft), { state });
      watched = [];
      await storePosition();
    },
  };
}

const isWatched = ({ record, terms }: Termed): boolean =>
  (record.state === 'started' || record.state === 'captured') &&
  (anonymousSourceOf(record) === null || terms.reference !== null);
