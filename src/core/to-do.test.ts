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
const ofConnection = (facts: Partial<ConnectionFacts>) => codesOf({ connections: [{ ...well, ...facts }] });

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

  test('what is no more in use, or was never looked at, is nobody’s work', () => {
    expect(codesOf({ keys: [{ ...allWell.keys[0]!, since: daysAgo(900), isCurrent: false }] })).toEqual([]);
    expect(codesOf({ isTrailSound: null, headWaitingSec: 600, backupAt: daysAgo(7) })).toEqual([]);
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

  test('in shadow mode nobody is refused; a month of it is no delay', () => {
    expect(
      ofConnection({
        ...{ mode: 'shadow', shadowSince: daysAgo(30) },
        examined: { at: daysAgo(1), isFailing: false, enrolled: 0 },
      }),
    ).toEqual([]);
  });
});

test('what is at risk comes first', () => {
  const connections = [
    { ...well, examined: null, switchedBy: 'mia' },
    { ...well, id: 'b', isBrokenOff: true },
  ];
  expect(codesOf({ connections, backupAt: null, isTrailSound: false })).toEqual([
    ...['trail_unsound', 'apply_broken_off', 'backup_missing', 'doctor_old', 'mode_switched'],
  ]);
});
