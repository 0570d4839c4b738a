import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Audit, AuditEvent } from '../../src/core/ports.js';

/** An audit trail, and another road to what is in it. */
export interface AuditHarness {
  readonly audit: Audit;
  /** What was appended, in order, not read by the code that wrote it. */
  read(): Promise<readonly AuditEvent[]>;
  close(): Promise<void>;
}

const event = (subject: string, detail: AuditEvent['detail'] = {}): AuditEvent => ({
  action: 'verified',
  connection: 'acme',
  subject,
  detail,
});

/** What every `Audit` must do. */
export function runAuditContract(name: string, setUp: () => Promise<AuditHarness>): void {
  const within = async (work: (harness: AuditHarness) => Promise<void>): Promise<void> => {
    const harness = await setUp();
    try {
      await work(harness);
    } finally {
      await harness.close();
    }
  };

  describe(`audit contract: ${name}`, () => {
    test('nothing is there before the first event', () =>
      within(async ({ read }) => {
        expect(await read()).toEqual([]);
      }));

    test('an event is there once append has settled', () =>
      within(async ({ audit, read }) => {
        await audit.append(event('00u1', { tokenId: 'abc' }));
        expect(await read()).toEqual([event('00u1', { tokenId: 'abc' })]);
      }));

    test('events stand in the order they were appended in, also when nobody waited', () =>
      within(async ({ audit, read }) => {
        const events = Array.from({ length: 200 }, (_, index) => event(`user ${index}`));
        await Promise.all(events.map((each) => audit.append(each)));
        expect(await read()).toEqual(events);
      }));

    test('whatever an event holds, it is read back as it was', () =>
      within(async ({ audit, read }) => {
        const text = fc.string({ unit: 'grapheme' });
        const details = fc.dictionary(
          text,
          fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value))),
        );
        const appended: AuditEvent[] = [];
        await fc.assert(
          fc.asyncProperty(text, details, async (subject, detail) => {
            const given = event(subject, { ...detail, line: 'a\r\nb\u2028{"sequence":9}' });
            await audit.append(given);
            appended.push(given);
          }),
          { numRuns: 50 },
        );
        expect(JSON.stringify(await read())).toBe(JSON.stringify(appended));
      }));
  });
}
