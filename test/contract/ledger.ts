import { afterEach, describe, expect, test } from '@jest/globals';
import { auditEvents } from '../../src/app/audit-events.js';
import { listChecks } from '../../src/audit/ledger/checks.js';
import { followLines, listLines } from '../../src/audit/ledger/log.js';
import { countByConnection, listPeople, type PeopleFilter, readPerson } from '../../src/audit/ledger/people.js';
import { dayOf, startOfDay, timeOfId } from '../../src/audit/ledger/places.js';
import { prune } from '../../src/audit/ledger/prune.js';
import { type LedgerEntry, type RecordedEvent, recordEntries, toEntry } from '../../src/audit/ledger/record.js';
import { countDays, countPeople, listRefused, readFirstDay } from '../../src/audit/ledger/sign-ins.js';
import type { AuditAction, AuditDetail } from '../../src/core/audit-events.js';
import type { LedgerRow, LedgerStore } from '../../src/core/ports.js';
import { addSec, epochMs, secondsPerDay, toIso } from '../../src/core/units.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';

export interface OpenedLedger {
  readonly ledger: LedgerStore;
  reopen(): Promise<LedgerStore>;
}

const trail = '0123456789abcdef0123456789abcdef';
const otherTrail = 'fedcba9876543210fedcba9876543210';
const everything = { partition: 'p', after: '', before: '~' } as const;
const network = '192.0.2.0/24';
const made = { tokenId: 't1', keyVersion: 1, photos: 1, expiresAt: null, former: null };
const ended = { tokenId: 't1' };

const row = (sort: string, value: string | null, version: number | null = null): LedgerRow => ({
  partition: 'p',
  sort,
  value,
  version,
  expiresAt: null,
});

/** Tests a ledger store, and the ledger that is built on the store. */
export function runLedgerContract(name: string, open: () => Promise<OpenedLedger>): void {
  describe(`ledger: ${name}`, () => {
    const opened: LedgerStore[] = [];
    afterEach(async () => {
      for (const ledger of opened.splice(0)) await ledger.close();
    });

    const start = async (bounds = { days: 90, entries: 1000 }) => {
      const clock = createManualClock();
      const { ledger, reopen } = await open();
      opened.push(ledger);
      let sequence = 0;
      const deps = { auditEvents, ledger, bounds, clock, counted: new Map<string, number>(), pause: async () => {} };
      const entry = <Action extends AuditAction>(
        event: Pick<RecordedEvent<Action>, 'action' | 'detail'> & Partial<RecordedEvent<Action>>,
        of = trail,
      ): LedgerEntry => {
        sequence += 1;
        const about = { connection: 'acme', subject: 'anna', request: 'r1', sequence, time: clock.now() };
        return toEntry({ ...about, ...event }, of, { network, userAgent: null }, { auditEvents })!;
      };
      const enrolled = (subject: string, connection = 'acme') =>
        entry({ action: 'enrolled', detail: made, subject, connection });
      const record = (...entries: LedgerEntry[]) => recordEntries(entries, deps);
      const list = (filter: Partial<PeopleFilter> = {}, page = {}) =>
        listPeople(
          {
            connections: ['acme', 'other'],
            status: 'enrolled',
            since: null,
            before: null,
            checkedSince: null,
            checkedBefore: null,
            ...filter,
          },
          { cursor: null, limit: 50, ...page },
          deps,
        );
      const lines = async (filter = {}, page = {}) => listLines(filter, { cursor: null, limit: 50, ...page }, deps);
      const reopenTracked = async () => {
        const again = await reopen();
        opened.push(again);
        return again;
      };
      return { clock, deps, ledger, entry, enrolled, record, list, lines, reopen: reopenTracked };
    };

    describe('rows', () => {
      test('are returned in byte order from either end, between two exclusive bounds', async () => {
        const { ledger } = await start();
        await ledger.put(['b', 'a', 'c', 'B', 'a|1', '10', '9'].map((sort) => row(sort, `v${sort}`)));
        const all = ['10', '9', 'B', 'a', 'a|1', 'b', 'c'];
        expect((await ledger.range(everything, 9, 'oldest first')).map(({ sort }) => sort)).toEqual(all);
        expect((await ledger.range(everything, 3, 'newest first')).map(({ sort }) => sort)).toEqual(['c', 'b', 'a|1']);
        const between = { partition: 'p', after: '9', before: 'b' };
        expect((await ledger.range(between, 9, 'oldest first')).map(({ value }) => value)).toEqual([
          'vB',
          'va',
          'va|1',
        ]);
        expect(await ledger.count(between)).toBe(3);
        // A range whose ends are swapped is empty.
        const turned = { partition: 'p', after: 'b', before: '9' };
        expect(await ledger.range(turned, 9, 'newest first')).toEqual([]);
        expect(await ledger.count(turned)).toBe(0);
        expect(await ledger.range({ ...everything, partition: 'q' }, 9, 'oldest first')).toEqual([]);
        expect(await ledger.count({ ...everything, partition: 'q' })).toBe(0);
      });

      test('keep the highest version in any arrival order, and a lower version does not restore a removed row', async () => {
        const { ledger } = await start();
        const key = { partition: 'p', sort: 'a' };
        await ledger.put([row('a', 'two', 2)]);
        await ledger.put([row('a', 'one', 1)]);
        expect(await ledger.get([key])).toEqual(['two']);
        await ledger.put([row('a', null, 4)]);
        await ledger.put([row('a', 'three', 3)]);
        expect(await ledger.get([key])).toEqual([null]);
        expect(await ledger.count(everything)).toBe(0);
        expect(await ledger.range(everything, 9, 'oldest first')).toEqual([]);
        await ledger.put([row('a', 'five', 5)]);
        expect(await ledger.get([key])).toEqual(['five']);
        await ledger.put([row('a', 'always')]);
        await ledger.put([row('a', 'six', 6)]);
        expect(await ledger.get([key])).toEqual(['always']);
        await ledger.remove([key]);
        await ledger.put([row('a', 'again', 1)]);
        expect(await ledger.get([key])).toEqual(['again']);
      });

      test('may have an empty value; a missing row is null; removing a row twice is no error', async () => {
        const { ledger } = await start();
        await ledger.put([row('a', ''), row('b', 'ü"\u2028')]);
        const keys = ['b', 'c', 'b'].map((sort) => ({ partition: 'p', sort }));
        expect(await ledger.get(keys)).toEqual(['ü"\u2028', null, 'ü"\u2028']);
        expect(await ledger.range(everything, 9, 'oldest first')).toEqual([
          { sort: 'a', value: '' },
          { sort: 'b', value: 'ü"\u2028' },
        ]);
        await ledger.remove([{ partition: 'p', sort: 'a' }]);
        await ledger.remove([{ partition: 'p', sort: 'a' }]);
        expect(await ledger.count(everything)).toBe(1);
      });

      test('can be written, read and removed by the hundred in one call', async () => {
        const { ledger } = await start();
        const many = Array.from({ length: 450 }, (_, index) => row(String(index).padStart(4, '0'), `v${index}`));
        await ledger.put(many);
        expect(await ledger.count(everything)).toBe(450);
        expect(await ledger.range(everything, 500, 'oldest first')).toHaveLength(450);
        expect(await ledger.get(many)).toEqual(many.map(({ value }) => value));
        await ledger.remove(many);
        expect(await ledger.count(everything)).toBe(0);
      });
    });

    describe('the log', () => {
      test('lists recorded lines newest first, page by page, each line once', async () => {
        const { clock, entry, record, lines } = await start();
        const written: string[] = [];
        for (let n = 0; n < 25; n += 1) {
          const each = entry({ action: 'verified', detail: { tokenId: 't' } }, n % 2 === 0 ? trail : otherTrail);
          written.unshift(each.line.id);
          await record(each, each);
          await record(each);
          clock.advanceSec(6 * 3600);
        }
        const read: string[] = [];
        let cursor: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof lines>> = await lines({}, { cursor, limit: 4 });
          read.push(...page.items.map(({ id }) => id));
          ({ cursor } = page);
        } while (cursor !== null);
        expect(read).toEqual(written);
        await expect(lines({}, { cursor: 'bm9uZQ' })).rejects.toMatchObject({ code: 'request_malformed' });
      });

      test('a line contains ids and a reason code, and no identifier of an unresolved user', async () => {
        const { entry, record, lines } = await start();
        const detail = { hook: 'token', outcome: 'unverified', fallback: 'deny', reason: 'check_used' } as const;
        const each = entry({ action: 'hook_decided', detail });
        await record(each, entry({ action: 'verified', detail: { tokenId: 't' }, subject: 'identifier:a@b.example' }));
        const [first, second] = (await lines()).items;
        expect(first).toMatchObject({ action: 'verified', subject: null });
        expect(second).toEqual({
          id: each.line.id,
          connection: 'acme',
          subject: 'anna',
          action: 'hook_decided',
          outcome: 'refused',
          code: 'check_used',
          reasons: [],
          application: null,
          hook: 'token',
          enforced: null,
          by: null,
          requestId: 'r1',
          stepUpId: null,
          network,
          device: null,
          ruled: [],
          seconds: null,
        });
      });

      test('decisions of all replicas are counted by day and kind, and people by their last sign-in', async () => {
        const { ledger, clock, entry, record } = await start();
        const from = startOfDay(dayOf(addSec(clock.now(), -secondsPerDay)));
        const unverified = { hook: 'token', outcome: 'unverified', reason: 'no_check' } as const;
        const denied = { ...unverified, fallback: 'deny' } as const;
        const watched = { ...unverified, fallback: 'pass', wouldHave: 'deny' } as const;
        const passed = { hook: 'sign|in', outcome: 'verified', at: 1, stepUpId: 's', liveness: null } as const;
        const notNeeded = { ...unverified, fallback: 'pass', reason: 'no_check_needed', rule: 'office' } as const;
        const decide = (subject: string, detail: AuditDetail<'hook_decided'>, by = trail, connection = 'acme') => {
          clock.advanceSec(1);
          return entry({ action: 'hook_decided', connection, subject, detail }, by);
        };
        const entries = [
          decide('anna', denied),
          decide('anna', passed, otherTrail),
          decide('ben', watched, otherTrail),
          decide('cora', passed),
          decide('cora', denied),
          decide('', { hook: 'token', outcome: 'refused', code: 'event_out_of_time', wouldHave: 'deny' }),
          decide('dora', { ...watched, wouldHave: 'omit_claim' }),
          decide('dora', notNeeded),
          decide('emil', denied, trail, 'other'),
        ];
        // Rows arrive in any order and again.
        for (const each of [...entries.toReversed(), ...entries]) await record(each);
        const deps = { ledger, clock };
        const period = { connection: 'acme', from };
        const today = (await countDays(period, deps)).at(-1);
        expect(today).toMatchObject({ people: { all: 4, enforce: 2, shadow: 4 } });
        expect(today?.decisions.map(({ hook, decision, code, count }) => [hook, decision, code, count])).toEqual([
          ['sign|in', 'verified', '', 2],
          ['token', 'denied', '', 2],
          ['token', 'deny', '', 1],
          ['token', 'notNeeded', '', 1],
          ['token', 'omit_claim', '', 1],
          ['token', 'undecided', 'event_out_of_time', 1],
        ]);
        expect(await countPeople(period, deps)).toBe(4);
        const refusedIn = async (mode: 'shadow' | 'enforce') =>
          (await listRefused({ ...period, mode }, deps)).map(({ subject, hook }) => `${subject} ${hook}`);
        expect(await refusedIn('shadow')).toEqual(['cora token', 'ben token']);
        expect(await refusedIn('enforce')).toEqual(['cora token']);
        clock.advanceSec(1);
        await record(
          entry({ action: 'subject_erased', subject: 'cora', detail: { receiptId: 'r', tokenId: null, by: 'owner' } }),
        );
        expect(await refusedIn('enforce')).toEqual([]);
        expect((await countDays(period, deps)).at(-1)).toMatchObject({ people: { all: 3 } });
      });

      test('a decision that was recorded later is listed at its own time, and counted on its own day', async () => {
        const { clock, ledger, entry, record, lines } = await start();
        const detail = { hook: 'token', outcome: 'unverified', fallback: 'deny', reason: 'no_check' } as const;
        const [first, last] = [120, 60].map((second) => addSec(clock.now(), -secondsPerDay - second));
        const [late, later] = [first!, last!].map((time) =>
          entry({ action: 'hook_decided', detail: { ...detail, decidedAt: toIso(time) } }),
        );
        await record(later!, entry({ action: 'hook_decided', detail }), late!);
        const { items } = await lines();
        expect(items.slice(1).map(({ id }) => id)).toEqual([later!.line.id, late!.line.id]);
        expect(timeOfId(late!.line.id)).toBe(first);
        expect((await lines({ since: addSec(clock.now(), -60) })).items).toHaveLength(1);
        const { from } = await readFirstDay(epochMs(0), { ledger, clock });
        const days = await countDays({ connection: 'acme', from }, { ledger, clock });
        expect(days).toMatchObject([{ decisions: [{ count: 2, first, last }] }, { decisions: [{ count: 1 }] }]);
        expect((await readFirstDay(clock.now(), { ledger, clock })).from).toBe(startOfDay(dayOf(clock.now())));
      });

      test('can be filtered by each field and by several fields', async () => {
        const { clock, entry, record, lines } = await start();
        const began = clock.now();
        const started = { stepUpId: 's1', purpose: 'verify', application: 'shop.example' };
        await record(
          entry({ action: 'step_up_started', detail: started, request: 'r1' }),
          entry({ action: 'verified', detail: { tokenId: 't' }, subject: 'bob', request: 'r2' }),
          entry({ action: 'verification_refused', detail: { tokenId: null }, connection: 'other', request: 'r3' }),
        );
        clock.advanceSec(10);
        const later = entry({ action: 'verification_refused', detail: { code: 'liveness_low' }, request: 'r3' });
        await record({ ...later, line: { ...later.line, network: '2001:db8:1::/48' } });
        const found = async (filter: object) => (await lines(filter)).items.map(({ requestId }) => requestId);
        expect(await found({ connection: 'other' })).toEqual(['r3']);
        expect(await found({ people: [{ connection: 'acme', subject: 'anna' }] })).toEqual(['r3', 'r1']);
        const both = [
          { connection: 'other', subject: 'anna' },
          { connection: 'acme', subject: 'bob' },
        ];
        expect(await found({ people: both })).toEqual(['r3', 'r2']);
        expect(await found({ people: [] })).toEqual([]);
        expect(await found({ outcome: 'refused' })).toEqual(['r3', 'r3']);
        expect(await found({ code: 'not_enrolled' })).toEqual(['r3']);
        expect(await found({ application: 'shop.example' })).toEqual(['r1']);
        expect(await found({ actions: ['verified', 'step_up_started'] })).toEqual(['r2', 'r1']);
        expect(await found({ network: '2001:db8:1::/48' })).toEqual(['r3']);
        expect(await found({ requestId: 'r3', code: 'liveness_low' })).toEqual(['r3']);
        expect(await found({ requestId: 'r' })).toEqual([]);
        expect(await found({ since: addSec(began, 1) })).toEqual(['r3']);
        expect(await found({ until: addSec(began, 1), connection: 'acme' })).toEqual(['r2', 'r1']);
        expect(await found({ people: both, since: addSec(began, 1) })).toEqual([]);
      });

      test('groups the events of each check into one entry with the result, at any page size', async () => {
        const { deps, clock, entry, record } = await start();
        const stepUp = async (stepUpId: string, request: string, isLive: boolean) => {
          const at = { request: `${request}1` };
          clock.advanceSec(4);
          await record(
            entry({ action: 'step_up_started', request: `${request}0`, detail: { stepUpId, purpose: 'verify' } }),
          );
          clock.advanceSec(4);
          const judged = {
            stepUpId,
            judge: 'j',
            pass: isLive,
            reasons: isLive ? [] : ['depth'],
            asked: [],
            signals: [],
          };
          await record(
            entry({ action: 'liveness_judged', ...at, detail: judged }),
            isLive
              ? entry({ action: 'verified', ...at, detail: { tokenId: 't', stepUpId, seconds: 4 } })
              : entry({ action: 'verification_refused', ...at, detail: { code: 'liveness_low', stepUpId } }),
          );
          if (isLive) return;
          await record(entry({ action: 'locked_out', ...at, detail: { level: 1, until: toIso(clock.now()) } }));
        };
        await stepUp('s1', 'a', true);
        await stepUp('s2', 'b', false);
        const by = { by: 'kay', source: null };
        await record(entry({ action: 'lockout_cleared', request: 'c', detail: by }));
        // Enrolment records and records of earlier versions do not name the step-up, but have the same request ID as
        // the step-up.
        const stepUpId = 's3';
        await record(
          entry({ action: 'step_up_started', request: 'd', detail: { stepUpId, purpose: 'verify' } }),
          entry({ action: 'enrolled', request: 'd', detail: made }),
          // A record about another person, with the same request ID.
          entry({ action: 'revoked', subject: 'berta', request: 'd', detail: ended }),
        );
        const list = async (filter = {}, limit = 50) => {
          const found: string[] = [];
          let cursor: string | null = null;
          do {
            const page: Awaited<ReturnType<typeof listChecks>> = await listChecks(filter, { cursor, limit }, deps);
            for (const { result, events } of page.items) found.push(`${result.action} ${events.length}`);
            cursor = page.cursor;
          } while (cursor !== null);
          return found;
        };
        const all = ['revoked 1', 'enrolled 2', 'lockout_cleared 1', 'verification_refused 4', 'verified 3'];
        expect(await list()).toEqual(all);
        expect(await list({}, 1)).toEqual(all);
        expect(await list({ outcome: 'refused' })).toEqual(['verification_refused 4']);
        expect(await list({ code: 'liveness_low' })).toEqual(['verification_refused 4']);
        expect(await list({ code: 'locked_out' })).toEqual([]);
        expect(await list({ outcome: 'passed' })).toEqual(['verified 3']);
        expect(await list({ actions: ['step_up_started'] })).toEqual(['enrolled 2', ...all.slice(3)]);
        expect(await list({ people: [{ connection: 'acme', subject: 'berta' }] })).toEqual(['revoked 1']);
        expect(await list({ requestId: 'a0' })).toEqual(['verified 3']);
      });

      test('can be followed: new lines of all servers are returned, oldest first', async () => {
        const { clock, deps, entry, record } = await start();
        await record(entry({ action: 'verified', detail: { tokenId: 't' } }));
        clock.advanceSec(10);
        const begun = await followLines({}, null, deps);
        expect(begun.items).toEqual([]);
        const one = entry({ action: 'verified', detail: { tokenId: 't' } });
        const two = entry({ action: 'verified', detail: { tokenId: 't' }, connection: 'other' }, otherTrail);
        await record(two, one);
        const next = await followLines({}, begun.cursor, deps);
        expect(next.items.map(({ id }) => id)).toEqual([one.line.id, two.line.id].toSorted());
        const filtered = await followLines({ connection: 'other' }, begun.cursor, deps);
        expect(filtered.items.map(({ id }) => id)).toEqual([two.line.id]);
        clock.advanceSec(10);
        const settled = await followLines({}, next.cursor, deps);
        expect((await followLines({}, settled.cursor, deps)).items).toEqual([]);
      });

      test('a rebuilt line never replaces a line that has a network', async () => {
        const { deps, entry, record, lines } = await start();
        const each = entry({ action: 'verified', detail: { tokenId: 't' } });
        const rebuilt = { ...each, line: { ...each.line, network: null } };
        await recordEntries([rebuilt], deps, { isRebuilt: true });
        expect((await lines()).items).toMatchObject([{ network: null }]);
        await record(each);
        await recordEntries([rebuilt], deps, { isRebuilt: true });
        expect((await lines()).items).toMatchObject([{ network }]);
      });
    });

    describe('the enrolment index', () => {
      test('lists enrolled people newest first, by page and connection', async () => {
        const { clock, enrolled, record, list } = await start();
        for (const subject of ['a', 'b', 'c', 'd', 'e']) {
          await record(enrolled(subject, subject < 'c' ? 'acme' : 'other'));
          clock.advanceSec(1);
        }
        const first = await list({}, { limit: 3 });
        expect(first.items.map(({ subject }) => subject)).toEqual(['e', 'd', 'c']);
        const second = await list({}, { limit: 3, cursor: first.cursor });
        expect(second.items.map(({ subject }) => subject)).toEqual(['b', 'a']);
        expect(second.cursor).toBeNull();
        expect((await list({ connections: ['acme'] })).items.map(({ subject }) => subject)).toEqual(['b', 'a']);
      });

      test('returns the state of a person: enrolled, checked, locked out, unlocked, ended', async () => {
        const { clock, deps, entry, enrolled, record } = await start();
        const who = { connection: 'acme', subject: 'anna' };
        expect(await readPerson(who, deps)).toMatchObject({ status: 'none', enrolledAt: null, lastCheck: null });
        const enrolledAt = clock.now();
        await record(enrolled('anna'));
        clock.advanceSec(5);
        const until = addSec(clock.now(), 900);
        await record(
          entry({ action: 'verification_refused', detail: { tokenId: 't' } }),
          entry({ action: 'locked_out', detail: { level: 1, until: toIso(until) } }),
        );
        const lastCheck = { at: clock.now(), outcome: 'refused' };
        expect(await readPerson(who, deps)).toMatchObject({
          status: 'enrolled',
          enrolledAt,
          lastCheck,
          lockedUntil: until,
        });
        await record(entry({ action: 'lockout_cleared', detail: { by: 'owner', source: null } }));
        expect(await readPerson(who, deps)).toMatchObject({ lockedUntil: null });
        clock.advanceSec(5);
        await record(entry({ action: 'revoked', detail: ended }));
        expect(await readPerson(who, deps)).toMatchObject({ status: 'ended', enrolledAt: null, endedAt: clock.now() });
      });

      test('with the status any, lists enrolled and ended people together, each once, latest first', async () => {
        const { clock, entry, enrolled, record, list } = await start();
        for (const subject of ['anna', 'berta', 'carl']) {
          await record(enrolled(subject));
          clock.advanceSec(5);
        }
        await record(entry({ action: 'revoked', detail: ended, subject: 'berta' }));
        const first = await list({ status: 'any' }, { limit: 2 });
        expect(first.items.map(({ subject, status }) => [subject, status])).toEqual([
          ['berta', 'ended'],
          ['carl', 'enrolled'],
        ]);
        const second = await list({ status: 'any' }, { limit: 2, cursor: first.cursor });
        expect(second.items.map(({ subject }) => subject)).toEqual(['anna']);
      });

      test('an event that arrives late does not overwrite a more recent one', async () => {
        const { clock, deps, entry, enrolled, record, list } = await start();
        const first = enrolled('anna');
        clock.advanceSec(1);
        const ended = entry({ action: 'consent_withdrawn', detail: { tokenId: null } });
        clock.advanceSec(1);
        const again = enrolled('anna');
        await record(again);
        await record(ended);
        await record(first);
        expect((await list()).items).toMatchObject([{ subject: 'anna', enrolledAt: clock.now() }]);
        expect((await list({ status: 'ended' })).items).toEqual([]);
        expect(await countByConnection(['acme'], deps)).toMatchObject([{ enrolled: 1 }]);
        await record(first, ended, again);
        expect((await list()).items).toHaveLength(1);
      });

      test('can be filtered by status, time and last check', async () => {
        const { clock, entry, enrolled, record, list } = await start();
        const expiring = { ...made, expiresAt: toIso(addSec(clock.now(), 60)) };
        await record(enrolled('old'), entry({ action: 'enrolled', detail: expiring, subject: 'short' }));
        await record(enrolled('gone'), entry({ action: 'revoked', detail: ended, subject: 'gone' }));
        clock.advanceSec(100);
        const between = clock.now();
        const until = toIso(addSec(between, 900));
        await record(
          enrolled('new'),
          entry({ action: 'verified', detail: { tokenId: 't' }, subject: 'new' }),
          entry({ action: 'locked_out', detail: { level: 1, until }, subject: 'stranger' }),
        );
        const found = async (filter: Partial<PeopleFilter>) => (await list(filter)).items.map(({ subject }) => subject);
        expect(await found({})).toEqual(['new', 'old']);
        expect(await found({ status: 'expired' })).toEqual(['short']);
        expect(await found({ status: 'ended' })).toEqual(['gone']);
        expect(await found({ status: 'locked' })).toEqual(['stranger']);
        expect(await found({ since: between })).toEqual(['new']);
        expect(await found({ before: between })).toEqual(['old']);
        expect(await found({ checkedSince: between })).toEqual(['new']);
        expect(await found({ checkedBefore: between })).toEqual(['old']);
      });

      test('counts enrolments, lockouts, results, refusal codes and the median duration by connection and day', async () => {
        const { clock, deps, entry, enrolled, record } = await start();
        const until = toIso(addSec(clock.now(), 2 * 86_400));
        await record(
          enrolled('a'),
          enrolled('b'),
          enrolled('c', 'other'),
          entry({ action: 'verified', detail: { tokenId: 't' } }),
          entry({ action: 'verification_refused', detail: { tokenId: null } }),
          entry({ action: 'locked_out', detail: { level: 1, until } }),
        );
        clock.advanceSec(86_400);
        const timed = (seconds: number) => entry({ action: 'verified', detail: { tokenId: 't', seconds } });
        const low = () => entry({ action: 'verification_refused', detail: { code: 'liveness_low' } });
        const fault = { stepUpId: 's1', vendor: 'aws-rekognition', code: 'liveness_refused' } as const;
        const ofVendor = (fallback: 'none' | 'movement') =>
          entry({ action: 'liveness_vendor_failed', detail: { ...fault, fallback } });
        await record(timed(9), low(), low(), timed(4), timed(30), ofVendor('none'), ofVendor('movement'));
        const [acme, other] = await countByConnection(['acme', 'other'], deps);
        expect(acme).toMatchObject({ connection: 'acme', enrolled: 2, lockedOut: 1 });
        expect(acme?.days).toHaveLength(7);
        expect(acme?.days.slice(0, 3)).toMatchObject([
          { day: toIso(clock.now()).slice(0, 10), passed: 3, refused: 3 },
          { passed: 1, refused: 1 },
          { passed: 0, refused: 0 },
        ]);
        expect(acme?.refusals).toEqual([
          { code: 'liveness_low', count: 2 },
          { code: 'liveness_refused', count: 1 },
          { code: 'not_enrolled', count: 1 },
        ]);
        expect(acme?.medianSeconds).toBe(9);
        expect(other).toMatchObject({ enrolled: 1, lockedOut: 0, refusals: [], medianSeconds: null });
        clock.advanceSec(2 * 86_400);
        expect(await countByConnection(['acme'], deps)).toMatchObject([{ lockedOut: 0 }]);
        clock.advanceSec(4 * 86_400);
        const [later] = await countByConnection(['acme'], deps);
        expect(later?.refusals).toEqual([
          { code: 'liveness_low', count: 2 },
          { code: 'liveness_refused', count: 1 },
        ]);
      });

      test('distinguishes subjects of any length and any characters', async () => {
        const { deps, enrolled, record, list } = await start();
        const subjects = ['a|b', 'a~', 'ü \u0000', `${'x'.repeat(250)}1`, `${'x'.repeat(250)}2`, 'A', 'a', '\ud800'];
        await record(...subjects.map((subject) => enrolled(subject)));
        expect((await list()).items).toHaveLength(subjects.length);
        for (const subject of subjects)
          expect(await readPerson({ connection: 'acme', subject }, deps)).toMatchObject({ status: 'enrolled' });
      });
    });

    describe('retention', () => {
      test('an erasure removes the person from the index and the log, except for the erasure line', async () => {
        const { clock, deps, ledger, entry, enrolled, record, lines, list } = await start();
        const late = entry({ action: 'verified', detail: { tokenId: 't' } });
        await record(enrolled('anna'), enrolled('bob'));
        for (let n = 0; n < 5; n += 1) await record(entry({ action: 'verified', detail: { tokenId: 't' } }));
        clock.advanceSec(1);
        const ended = entry({ action: 'revoked', detail: { tokenId: 't1' } });
        const erased = entry({
          action: 'subject_erased',
          detail: { receiptId: 'r', tokenId: null, by: 'owner' },
        });
        await record(ended, erased);
        const actions = async () => (await lines()).items.map(({ action, subject }) => `${action} ${subject}`);
        expect(await actions()).toEqual(['subject_erased anna', 'enrolled bob']);
        expect((await list()).items.map(({ subject }) => subject)).toEqual(['bob']);
        expect((await list({ status: 'ended' })).items).toEqual([]);
        expect(await readPerson({ connection: 'acme', subject: 'anna' }, deps)).toMatchObject({ status: 'none' });
        // The check in this record happened before the erasure, but another server wrote the record only afterwards.
        await record(late);
        await prune(deps);
        expect(await actions()).toEqual(['subject_erased anna', 'enrolled bob']);
        // The user enrols again after the erasure.
        clock.advanceSec(1);
        await record(enrolled('anna'));
        await record(erased);
        await prune(deps);
        clock.advanceSec(2 * 86_400);
        await prune(deps);
        expect((await list()).items.map(({ subject }) => subject)).toEqual(['anna', 'bob']);
        expect(await ledger.count({ partition: 'erased', after: '', before: '~' })).toBe(0);
      });

      test('a line with an action of a removed feature is listed and can be erased', async () => {
        const { clock, entry, record, lines } = await start();
        const { line, ...rest } = entry({ action: 'verified', detail: { tokenId: 't' } });
        await record({ ...rest, line: { ...line, action: 'badge_printed' } });
        expect((await lines()).items).toMatchObject([{ action: 'badge_printed', subject: 'anna' }]);
        clock.advanceSec(1);
        await record(entry({ action: 'subject_erased', detail: { receiptId: 'r', tokenId: null, by: 'owner' } }));
        expect((await lines()).items).toMatchObject([{ action: 'subject_erased' }]);
      });

      test('removes lines above the maximum age with their references, and keeps current enrolments', async () => {
        const { clock, deps, entry, enrolled, record, lines, list } = await start({ days: 2, entries: 1000 });
        await record(enrolled('anna'), enrolled('gone'), entry({ action: 'revoked', detail: ended, subject: 'gone' }));
        clock.advanceSec(86_400);
        await record(entry({ action: 'verified', detail: { tokenId: 't' } }));
        clock.advanceSec(2 * 86_400);
        await prune(deps);
        expect((await lines()).items.map(({ action }) => action)).toEqual(['verified']);
        const who = [{ connection: 'acme', subject: 'anna' }];
        expect((await lines({ people: who })).items.map(({ action }) => action)).toEqual(['verified']);
        expect((await list()).items.map(({ subject }) => subject)).toEqual(['anna']);
        expect((await list({ status: 'ended' })).items).toEqual([]);
        expect(await readPerson({ connection: 'acme', subject: 'gone' }, deps)).toMatchObject({ status: 'none' });
      });

      test('counts the lines of a past day once, and removes the oldest lines above the maximum number', async () => {
        const { clock, deps, ledger, entry, record, lines } = await start({ days: 90, entries: 12 });
        const write = async (from: number, to: number): Promise<void> => {
          for (let n = from; n < to; n += 1) {
            await record(entry({ action: 'verified', detail: { tokenId: 't' }, request: `r${n}` }));
            clock.advanceSec(12 * 3600);
          }
        };
        await write(0, 10);
        clock.advanceSec(5 * 86_400);
        const asked: string[] = [];
        const count: typeof ledger.count = (range) => {
          asked.push(range.partition);
          return ledger.count(range);
        };
        const counting = { ...deps, ledger: { ...ledger, count } };
        await prune(counting);
        const days = asked.length;
        await prune(counting);
        expect(asked).toHaveLength(days);
        await write(10, 15);
        await prune(counting);
        expect((await lines()).items.map(({ requestId }) => requestId)).toEqual(
          Array.from({ length: 12 }, (_, index) => `r${14 - index}`),
        );
      });
    });

    test('a closed ledger refuses with state_unavailable', async () => {
      const { ledger } = await start();
      await ledger.close();
      await expect(ledger.get([{ partition: 'p', sort: 'a' }])).rejects.toMatchObject({ code: 'state_unavailable' });
    });
  });
}
