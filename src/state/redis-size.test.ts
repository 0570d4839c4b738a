import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { testSignIn } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { createTestSigner, testIssuer } from '../../test/keys.js';
import { projectRoot } from '../../test/paths.js';
import { hasRedis, type RedisServer, startRedis } from '../../test/redis.js';
import { standardSettings } from '../../test/settings.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../../test/sinks.js';
import { createStateFolder, type StateFolder } from '../../test/state-folder.js';
import { stateGuard } from '../config/state.js';
import type { CoreDeps } from '../core/deps.js';
import { confirmConsent, nameInConsent } from '../core/enrolment/consent.js';
import { denyTokenId } from '../core/enrolment/deny-list.js';
import { keepPasskey } from '../core/enrolment/passkey-record.js';
import type { LedgerEntry } from '../core/ledger/entry.js';
import type { LogLine } from '../core/ledger/line.js';
import { lineIdOf } from '../core/ledger/places.js';
import { recordEntries } from '../core/ledger/record.js';
import type { Clock } from '../core/ports.js';
import { recordPassedStepUp } from '../core/step-up/passed-step-up.js';
import { startStepUp } from '../core/step-up/step-up.js';
import { addSec, epochMs, toEpochSec } from '../core/units.js';
import { currentEngine, renderToken } from '../token/format.js';
import { openLedger } from './open-ledger.js';

/* What docs/state.md says that keys take, against what they take. */

const document = readFileSync(join(projectRoot, 'docs/state.md'), 'utf8');

/** The documented bytes of the row that begins so. */
function documented(row: string): number {
  const line = document.split('\n').find((each) => each.startsWith(`| ${row}`));
  const [bytes = ''] = (line ?? '').split('|').slice(3);
  return Number.parseInt(bytes.trim(), 10);
}

const id = (bytes: number): string => randomBytes(bytes).toString('base64url');
const clock: Clock = { now: () => epochMs(Date.now()) };
/** As a sign-in leaves them: asked for, judged, verified, used by a hook. */
function toEntry(index: number): LedgerEntry {
  const actions = ['step_up_started', 'liveness_judged', 'verified', 'hook_decided'] as const;
  const action = actions[index % actions.length] ?? 'verified';
  const [time, stepUpId] = [clock.now(), id(16)];
  const line: LogLine = {
    ...who(),
    id: lineIdOf(time, 'a1b2c3d4e5f6', index),
    action,
    outcome: 'passed',
    code: null,
    reasons: [],
    application: null,
    hook: action === 'hook_decided' ? 'token' : null,
    by: null,
    requestId: randomBytes(12).toString('hex'),
    stepUpId: action === 'hook_decided' ? null : stepUpId,
    seconds: null,
    network: '192.0.2.0/24',
  };
  return { line, time, version: index, changes: action === 'verified' ? [{ kind: 'checked', outcome: 'passed' }] : [] };
}

const who = () => ({ connection: 'workforce', subject: `00u${randomBytes(9).toString('hex').slice(0, 17)}` });

(hasRedis ? describe : describe.skip)('a key in Redis', () => {
  let server: RedisServer;
  let plain: Redis;
  let folder: StateFolder;
  let deps: CoreDeps;
  beforeAll(async () => {
    server = await startRedis();
    plain = new Redis(server.url);
    folder = createStateFolder();
    const state = await folder.open(stateGuard.parse({ kind: 'redis', url: server.url }), clock);
    deps = {
      ...{ state, clock, random: systemRandom, audit: createMemoryAudit(), log: createTextLog() },
      ...{
        verifier: createTestVerifier(),
        signer: await createTestSigner(),
        issuer: testIssuer,
        settings: standardSettings,
      },
    };
  });
  afterAll(async () => {
    await deps.state.close();
    folder.remove();
    plain.disconnect();
    await server.stop();
  });

  const kept = {
    token: renderToken({
      ...{ engine: currentEngine, hasSecret: false, photos: 3, keyVersion: 1, expiresAt: null },
      ...{ salt: randomBytes(16), stored: randomBytes(128), tag: randomBytes(16) },
    }),
    binding: { tenant: 'workforce', idp: 'api', subject: '', scope: 'default', accuracy: 4 },
  } as const;
  const receipt = { audience: 'https://app.example.com', nonce: id(16) };
  const soon = () => addSec(clock.now(), 900);
  const credential = {
    ...{ id: id(32), publicKey: id(77), counter: 0, transports: ['internal', 'hybrid'], backupEligible: true },
  };

  test.each<[string, () => Promise<unknown>]>([
    [
      '`consent:',
      async () => {
        const [subject, tokenId] = [who(), id(16)];
        const consent = { statement: 'consent-1 (en)', givenAt: clock.now() };
        const token = { tokenId, expiresAt: toEpochSec(soon()) };
        await nameInConsent(subject, { consent, token, found: null, current: null }, deps);
        await confirmConsent(subject, tokenId, deps);
      },
    ],
    ['`passkey:', () => keepPasskey(who(), { credential, tokenId: id(16), expiresAt: soon(), current: null }, deps)],
    ['`revoked:', () => denyTokenId({ tokenId: id(16), expiresAt: soon() }, deps)],
    [
      '`passed:',
      () =>
        recordPassedStepUp(
          who(),
          {
            ...{ stepUpId: id(16), passedAt: clock.now(), liveness: 0.98, presence: 'movement-1', anotherWay: false },
            signIn: testSignIn,
          },
          { freshnessSec: 300 },
          deps,
        ),
    ],
    [
      '`step-up:<id>`, with a token',
      () => startStepUp({ connection: null, subject: who().subject, kept, receipt, hookSignIn: null }, deps),
    ],
    [
      '`receipt:',
      () => deps.state.write(`receipt:${id(16)}`, `["token","${id(22)}"]`, { when: 'any', expiresAt: soon() }),
    ],
    ['`frame:', () => deps.state.write(`frame:${id(32)}`, true, { when: 'any', expiresAt: soon() })],
    ['`failures:', () => deps.state.add(`failures:subject:okta:workforce:${who().subject}`, 1, soon())],
  ])('%s takes what the document says', async (row, write) => {
    const before = new Set(await plain.keys('*'));
    await write();
    const [key] = (await plain.keys('*')).filter((each) => !before.has(each));
    const bytes = Number(await plain.memory('USAGE', key!));
    expect(bytes / documented(row)).toBeGreaterThan(0.8);
    expect(bytes / documented(row)).toBeLessThan(1.2);
  });

  test('a line of the log of decisions takes what the document says', async () => {
    const lines = 2000;
    const bounds = { days: 90, entries: 1_000_000 };
    const ledger = await openLedger(stateGuard.parse({ kind: 'redis', url: server.url }), folder.files);
    for (let at = 0; at < lines; at += 50) {
      const entries = Array.from({ length: 50 }, (_, index) => toEntry(at + index));
      await recordEntries(entries, { ledger, bounds, clock });
    }
    await ledger.close();
    const keys = await plain.keys('*ledger:*');
    const bytes = await Promise.all(keys.map(async (key) => Number(await plain.memory('USAGE', key, 'SAMPLES', 0))));
    const each = bytes.reduce((sum, one) => sum + one, 0) / lines;
    expect(each / documented('`ledger:')).toBeGreaterThan(0.8);
    expect(each / documented('`ledger:')).toBeLessThan(1.2);
  });
});
