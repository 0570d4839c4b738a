import { describe, expect, test } from '@jest/globals';
import { type ConnectionFacts, type Facts, findToDo } from './to-do.js';
import { addSec, fromIso, secondsPerDay } from './units.js';

const now = fromIso('2026-11-01T00:00:00Z');
const daysAgo = (days: number) => addSec(now, -days * secondsPerDay);

const well: ConnectionFacts = {
  ...{ id: 'work', mode: 'enforce', shadowSince: null, switchedBy: null, isBrokenOff: false },
  examined: { at: daysAgo(1), isFailing: false, enrolled: 5 },
};
const allWell: Facts = {
  ...{ connections: [well], headWaitingSec: 30, isTrailSound: true, backupAt: daysAgo(1) },
  keys: [{ name: 'Key a', isCurrent: true, problem: null, since: daysAgo(10), lifeDays: 365 }],
};
const codesOf = (facts: Partial<Facts>) => findToDo({ ...allWell, ...facts }, now).map(({ code }) => code);

test('where all is well nothing needs doing', () => {
  expect(codesOf({})).toEqual([]);
});

describe('of the server', () => {
  test.each<[string, Partial<Facts>]>([
    ['trail_unsound', { isTrailSound: false }],
    ['head_old', { headWaitingSec: 601 }],
    ['backup_missing', { backupAt: null }],
    ['backup_old', { backupAt: daysAgo(8) }],
    ['key_unusable', { keys: [{ ...allWell.keys[0]!, problem: 'Disabled' }] }],
    ['key_old', { keys: [{ ...allWell.keys[0]!, since: daysAgo(366) }] }],
  ])('%s', (code, facts) => {
    const [item] = findToDo({ ...allWell, ...facts }, now);
    expect(item).toMatchObject({ code, connection: null });
    expect(codesOf(facts)).toEqual([code]);
  });
});

describe('of a connection', () => {
  test.each<[string, Partial<ConnectionFacts>]>([
    ['doctor_failing', { examined: { at: daysAgo(1), isFailing: true, enrolled: 5 } }],
    ['doctor_old', { examined: null }],
    ['doctor_old', { examined: { at: daysAgo(8), isFailing: false, enrolled: 5 } }],
    ['nobody_enrolled', { examined: { at: daysAgo(1), isFailing: false, enrolled: 0 } }],
    ['apply_broken_off', { isBrokenOff: true }],
    ['shadow_long', { mode: 'shadow', shadowSince: daysAgo(31) }],
    ['mode_switched', { switchedBy: 'mia' }],
  ])('%s', (code, facts) => {
    const items = findToDo({ ...allWell, connections: [{ ...well, ...facts }] }, now);
    expect(items).toMatchObject([{ code, connection: 'work' }]);
    expect(items[0]?.words).toContain('work');
  });
});
