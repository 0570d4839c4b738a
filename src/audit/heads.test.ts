import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type AuditDeps, createAuditDeps, openAudit } from '../../support/benches/audit.js';
import { createSteppedJobs } from '../../support/fakes/jobs.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import type { AuditEvent } from '../core/audit-events.js';
import type { Jobs } from '../core/jobs.js';
import type { Audit } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { headGuard, headKeyOf, headType } from './heads.js';
import { headsFileOf } from './trail-files.js';

const event: AuditEvent = { action: 'verified', connection: 'work', subject: 'a', detail: { tokenId: 't' } };

let folder: string;
let deps: AuditDeps;
let log: ReturnType<typeof createTextLog>;
let audit: Audit;
let jobs: Jobs;
let passInterval: () => Promise<void>;
beforeEach(async () => {
  folder = createFolder('heads');
  log = createTextLog();
  deps = createAuditDeps({ file: join(folder, 'audit.jsonl'), log });
  ({ jobs, passInterval } = createSteppedJobs(deps));
  deps = { ...deps, jobs };
  audit = await openAudit(deps);
});
afterEach(() => audit.close());

const headsOf = async () => {
  const lines = readFileSync(headsFileOf(deps.file), 'utf8').split('\n').slice(0, -1);
  return Promise.all(lines.map(async (jws) => headGuard.parse(await deps.signer.verify(headType, jws))));
};

/** Waits for what has been set going. */
const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
};
const isLogged = (sequence: number) => () =>
  log.text().includes(`"message":"audit head","chain":"`) && log.text().includes(`"sequence":${sequence},`);

test('the server signs, stores and logs a head of the trail for every minute with records', async () => {
  await audit.append(event);
  expect(await headsOf()).toEqual([]);
  await passInterval();
  await until(isLogged(1));
  const [head] = await headsOf();
  expect(head).toMatchObject({ sequence: 1 });
  const kept = async () => (await deps.state.read(headKeyOf(head!.chain)))?.value;
  await until(async () => (await kept()) !== undefined);
  expect(log.text()).toContain(String(await kept()));
  await passInterval();
  await passInterval();
  await audit.append(event);
  await passInterval();
  await until(isLogged(2));
  expect((await headsOf()).map(({ sequence, chain }) => [sequence, chain])).toEqual([
    [1, head!.chain],
    [2, head!.chain],
  ]);
});

test('the server signs a head at every thousandth record and at the end', async () => {
  for (let count = 0; count < 2100; count += 1) await audit.append(event);
  await audit.close();
  const sequences = (await headsOf()).map(({ sequence }) => sequence);
  expect(sequences.at(-1)).toBe(2100);
  expect(sequences[0]).toBeGreaterThanOrEqual(1000);
  expect(sequences[0]).toBeLessThan(2100);
});

test('a key service that is down blocks no record; the next signed head covers all records', async () => {
  await audit.close();
  let isDown = true;
  const sign: AuditDeps['signer']['sign'] = async (type, claims) => {
    if (isDown) throw new FaceError('key_service_unavailable');
    return deps.signer.sign(type, claims);
  };
  audit = await openAudit({ ...deps, signer: { ...deps.signer, sign } });
  await audit.append(event);
  await passInterval();
  await until(() => log.text().includes('"job":"audit_heads"'));
  await audit.append(event);
  isDown = false;
  await passInterval();
  await until(isLogged(2));
  expect((await headsOf()).map(({ sequence }) => sequence)).toEqual([2]);
});
