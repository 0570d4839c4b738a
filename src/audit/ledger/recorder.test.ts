import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createAuditDeps } from '../../../support/benches/audit.js';
import { createTestJobs } from '../../../support/fakes/jobs.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createTextLog } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { auditEvents } from '../../app/audit-events.js';
import type { LedgerStore } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { createSqliteLedger } from '../../storage/state/ledger-sqlite.js';
import { createRequestContexts } from '../../telemetry/log.js';
import { createFileAudit } from '../file.js';
import { listLines } from './log.js';
import { createLedgerRecorder } from './recorder.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A trail with a ledger behind it, whose store can be taken away. */
async function start() {
  const clock = createManualClock();
  const contexts = createRequestContexts();
  const log = createTextLog();
  const told = { written: 0, lost: 0 };
  const store = await createSqliteLedger(':memory:');
  let isDown = false;
  const ledger: LedgerStore = {
    ...store,
    async put(rows) {
      if (isDown) throw new FaceError('state_unavailable');
      await store.put(rows);
    },
  };
  const onLines = (outcome: 'written' | 'lost', lines: number): void => {
    told[outcome] += lines;
  };
  const bounds = { days: 90, entries: 1000 };
  const createRecorder = () =>
    createLedgerRecorder({ auditEvents, ledger, bounds, clock, log, jobs: createTestJobs({ clock, log }), onLines });
  const recorder = createRecorder();
  const trail = await createFileAudit({
    ...createAuditDeps({ file: join(createFolder('recorder'), 'audit.jsonl'), clock }),
    requestId: () => contexts.current()?.requestId ?? null,
    onRecord: (record, chain) => recorder.note(record, chain, contexts.current()),
  });
  open.push(async () => {
    await trail.close();
    await recorder.stop();
    await store.close();
  });
  const check = (subject: string) =>
    trail.append({ action: 'verified', connection: 'acme', subject, detail: { tokenId: 't' } });
  const lines = async () => (await listLines({}, { cursor: null, limit: 1000 }, { ledger })).items;
  const setDown = (down: boolean): void => {
    isDown = down;
  };
  const erase = (subject: string) =>
    trail.append({
      action: 'subject_erased',
      connection: 'acme',
      subject,
      detail: { receiptId: 'r', tokenId: 't', by: 'grace' },
    });
  return { erase, createRecorder, clock, contexts, log, told, recorder, trail, check, lines, setDown };
}

test('the ledger stores each record under its number in the trail, with the request id and network that caused it', async () => {
  const { contexts, recorder, trail, check, lines, told } = await start();
  await Promise.all(
    Array.from({ length: 120 }, (_, n) =>
      contexts.run({ requestId: `r${n}`, network: `192.0.${n}.0/24`, userAgent: null, trace: null }, () =>
        check(`user-${n}`),
      ),
    ),
  );
  await check('outside');
  await trail.append({ action: 'key_made', connection: '', subject: '', detail: { use: 'sealing', version: 1 } });
  await recorder.flush();
  const read = (await lines()).toReversed();
  expect(read).toHaveLength(121);
  for (const [n, { id, subject, requestId, network }] of read.slice(0, 120).entries()) {
    expect({ subject, requestId, network }).toEqual({
      subject: `user-${n}`,
      requestId: `r${n}`,
      network: `192.0.${n}.0/24`,
    });
    expect(id.endsWith(`-${trail.chain.slice(0, 12)}-${String(n + 1).padStart(10, '0')}`)).toBe(true);
  }
  expect(read.at(-1)).toMatchObject({ subject: 'outside', requestId: null, network: null });
  expect(told).toEqual({ written: 121, lost: 0 });
});

test('at its start, the ledger repeats an erasure that a crash interrupted, and keeps users who enrolled since', async () => {
  const { clock, recorder, trail, check, erase, createRecorder, lines, setDown } = await start();
  await check('anna');
  await check('berta');
  await recorder.flush();
  setDown(true);
  clock.advanceSec(1);
  await erase('anna');
  await recorder.flush();
  setDown(false);
  const next = createRecorder();
  await next.replayErasures(trail);
  const told = async () => (await lines()).map(({ subject, action }) => `${subject} ${action}`);
  expect(await told()).toEqual(['anna subject_erased', 'berta verified']);
  clock.advanceSec(1);
  await check('anna');
  await recorder.flush();
  await next.replayErasures(trail);
  expect(await told()).toEqual(['anna verified', 'anna subject_erased', 'berta verified']);
  await next.stop();
});
