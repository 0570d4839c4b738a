import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createAuditDeps } from '../../support/benches/audit.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
import { auditEvents } from '../app/audit-events.js';
import type { AuditAction } from '../core/audit-events.js';
import { fromIso } from '../core/units.js';
import { type PastEvent, readEvents } from './events.js';
import { createFileAudit } from './file.js';
import { readRecords } from './records.js';
import { verifyTrail } from './verify.js';

/** A trail with every action in every shape. */
const everyAction = join(projectRoot, 'src/audit/fixtures/every-action.jsonl');
const lines = readFileSync(everyAction, 'utf8').trimEnd().split('\n');
const written = lines.map((line) => JSON.parse(line));
const actions = Object.keys(auditEvents.details).filter(auditEvents.isAction);

const folder = createFolder('events');
let files = 0;

/** A trail of such records, an action and its detail each. */
function trailOf(records: readonly (readonly [action: string, detail: unknown])[]): string {
  files += 1;
  const file = join(folder, `${files}.jsonl`);
  for (const [index, [action, detail]] of records.entries()) {
    const head = { sequence: index + 1, time: '2026-11-20T08:00:00.000Z', previous: '' };
    appendFileSync(file, `${JSON.stringify({ ...head, action, connection: 'work', subject: 'anna', detail })}\n`);
  }
  return file;
}

async function read<Action extends AuditAction>(file: string, wanted: readonly Action[]) {
  const events: PastEvent<Action>[] = [];
  let unreadable = 0;
  const onUnreadable = () => {
    unreadable += 1;
  };
  for await (const event of readEvents(file, wanted, auditEvents, { onUnreadable })) events.push(event);
  return { events, unreadable };
}

describe('a trail with every action', () => {
  test('is complete and its chain is valid', async () => {
    const { tampering, lastSequence } = await verifyTrail(everyAction, {
      keys: { keys: [] },
      state: null,
      clock: createManualClock(),
    });
    expect([tampering, lastSequence]).toEqual([null, lines.length]);
  });

  test('is written byte for byte the same by the schemas', async () => {
    const file = join(folder, 'again.jsonl');
    let at = 0;
    const clock = { now: () => fromIso(written[at]?.time) };
    const audit = await createFileAudit(createAuditDeps({ file, clock }));
    for (const { action, connection, subject, detail } of written) {
      const guard = auditEvents.details[action as AuditAction]!;
      await audit.append({ action, connection, subject, detail: guard.parse(detail) } as never);
      at += 1;
    }
    await audit.close();
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(everyAction, 'utf8'));
  });
});

test('one pass returns the records of any selected actions in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(actions), async (wanted) => {
      const { events } = await read(everyAction, wanted);
      const expected = written.filter(({ action }) => wanted.includes(action));
      expect(events.map(({ sequence }) => sequence)).toEqual(expected.map(({ sequence }) => sequence));
    }),
    { numRuns: 50 },
  );
});

test('unknown fields of a later version are dropped and its unknown actions skipped, but an export keeps the actions', async () => {
  const file = trailOf([
    ['verified', { tokenId: 't', mood: 'fine' }],
    ['photographed', { tokenId: 't' }],
  ]);
  const { events, unreadable } = await read(file, actions);
  expect([events.map(({ detail }) => detail), unreadable]).toEqual([[{ tokenId: 't' }], 0]);
  const exported: string[] = [];
  for await (const { action } of readRecords(file)) exported.push(action);
  for await (const { action } of readRecords(file, { action: 'photographed' })) exported.push(action);
  expect(exported).toEqual(['verified', 'photographed', 'photographed']);
});

test('an invalid record of a selected action counts as unreadable; a record that only mentions the action is ignored', async () => {
  const file = trailOf([
    ['verified', { tokenId: 7 }],
    ['configuration_loaded', { action: 'verified' }],
    ['verified', { tokenId: 't' }],
  ]);
  appendFileSync(file, '{"sequence":4,"action":"verified","det');
  const { events, unreadable } = await read(file, ['verified']);
  expect([events.map(({ sequence }) => sequence), unreadable]).toEqual([[3], 2]);
});
