import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEvent } from '../../src/core/audit-events.js';
import type { Audit } from '../../src/core/ports.js';
import type { WrittenEvent } from '../../support/fakes/sinks.js';

export interface AuditHarness {
  readonly audit: Audit;
  /** Returns the appended events in order, without using the writer's code. */
  read(): Promise<readonly WrittenEvent[]>;
  close(): Promise<void>;
}

const event = (subject: string): AuditEvent => ({
  action: 'verified',
  connection: 'acme',
  subject,
  detail: { tokenId: 'abc' },
});

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
    test('an event is stored when append resolves', () =>
      within(async ({ audit, read }) => {
        await audit.append(event('00u1'));
        expect(await read()).toEqual([event('00u1')]);
      }));

    test('stores concurrent appends in call order', () =>
      within(async ({ audit, read }) => {
        const events = Array.from({ length: 200 }, (_, index) => event(`user ${index}`));
        await Promise.all(events.map((each) => audit.append(each)));
        expect(await read()).toEqual(events);
      }));

    test('reads back any text, number and line break of an event unchanged', () =>
      within(async ({ audit, read }) => {
        const text = fc.string({ unit: 'grapheme' }).map((some) => `${some}a\r\nb\u2028{"sequence":9}`);
        const number = fc.double({ noNaN: true, noDefaultInfinity: true });
        const bound = fc.option(number);
        const signals = fc.array(
          fc.record({ name: text, value: number, unit: text, atLeast: bound, atMost: bound, pass: fc.boolean() }),
        );
        const named = { stepUpId: text, judge: text, pass: fc.boolean() };
        const names = fc.array(text);
        const details = fc.record({ ...named, reasons: names, asked: names, signals }, { noNullPrototype: true });
        const appended: AuditEvent[] = [];
        await fc.assert(
          fc.asyncProperty(text, details, async (subject, detail) => {
            const given: AuditEvent = { action: 'liveness_judged', connection: 'acme', subject, detail };
            await audit.append(given);
            appended.push(given);
          }),
          { numRuns: 50 },
        );
        expect(JSON.stringify(await read())).toBe(JSON.stringify(appended));
      }));
  });
}
