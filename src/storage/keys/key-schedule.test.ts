import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addSec, type EpochMs, epochMs } from '../../core/units.js';
import { overlapSec, type ScheduledKey, scheduleAt, signingLifeSec } from './key-schedule.js';

const day = 86_400;
const start = epochMs(1_790_000_000_000);
const after = (days: number): EpochMs => addSec(start, days * day);
const key = (days: number): ScheduledKey => ({ signsFrom: after(days) });

test('after a year of downtime the old key continues to sign until the new one was published for two days', () => {
  expect(scheduleAt([key(0)], after(400))).toMatchObject({ signing: key(0), nextSignsFrom: after(402) });
});

test('at any intervals, each key is published for the overlap before its first and after its last signature', () => {
  const gaps = fc.array(fc.double({ min: 0.01, max: 200, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(gaps, (days) => {
      let keys: [ScheduledKey, ...ScheduledKey[]] = [key(0)];
      let now = start;
      const seen = new Map<ScheduledKey, { publishedFrom: EpochMs; signedUntil: EpochMs | null }>();
      for (const gap of days) {
        now = addSec(now, gap * day);
        const { nextSignsFrom } = scheduleAt(keys, now);
        if (nextSignsFrom !== null) {
          const [first, ...others] = scheduleAt(keys, now).published.toSorted((a, b) => a.signsFrom - b.signsFrom);
          keys = [first!, ...others, { signsFrom: nextSignsFrom }];
        }
        const { signing, published } = scheduleAt(keys, now);
        for (const each of published) seen.set(each, { publishedFrom: now, signedUntil: null, ...seen.get(each) });
        const record = seen.get(signing)!;
        if (signing !== keys[0] || seen.size > 1) {
          const waited = signing.signsFrom - record.publishedFrom;
          expect(signing.signsFrom === start || waited >= overlapSec * 1000).toBe(true);
        }
        for (const [each, { signedUntil }] of seen) {
          if (each === signing) seen.set(each, { ...seen.get(each)!, signedUntil: now });
          else if (signedUntil !== null && now < addSec(signedUntil, overlapSec)) expect(published).toContain(each);
        }
        expect(published.length).toBeLessThanOrEqual(3);
        expect(now - signing.signsFrom).toBeLessThan((signingLifeSec + overlapSec + 201 * day) * 1000);
      }
    }),
  );
});
