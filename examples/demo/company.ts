import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileAudit } from '../../src/audit/file.js';
import type { AuditEvent, AuditEvents } from '../../src/core/audit-events.js';
import { createSeededRandom } from '../../src/core/base/chance.js';
import { SealedToken } from '../../src/core/secrets.js';
import { addSec, type EpochMs, toIso } from '../../src/core/units.js';
import { findFreePort } from './free-port.js';
import { connectOrg, quietLog, startOrg, systemClock, systemRandom } from './okta-org.js';
import { runCli } from './run-command.js';
import { configure, newAdminKey, startService } from './service.js';

interface Drawn {
  readonly subject: string;
  readonly isEnrolled: boolean;
}

interface Happening {
  readonly at: EpochMs;
  readonly events: readonly AuditEvent[];
}

const day = 86_400;
const applications = ['mail.example.com', 'payroll.example.com', 'wiki.example.com'] as const;

function drawHistory(people: readonly Drawn[], connection: string, now: EpochMs): Happening[] {
  const chance = createSeededRandom('a company');
  const idOf = (bytes: number): string => Buffer.from(chance.bytes(bytes)).toString('hex');
  const happenings: Happening[] = [];
  for (const { subject, isEnrolled } of people) {
    const of = { connection, subject };
    const tell = (at: EpochMs, ...events: readonly AuditEvent[]): void => void happenings.push({ at, events });
    const tokenId = idOf(8);
    const enrolledAgo = (8 + chance.below(50)) * day + chance.below(9) * 3600;
    if (isEnrolled) {
      const stepUpId = idOf(12);
      const at = addSec(now, -enrolledAgo);
      const token = { tokenId, keyVersion: 1, photos: 5, kind: 'enrolment', expiresAt: null, former: null } as const;
      const whole = { ...token, formerExpiresAt: null };
      tell(
        at,
        { action: 'step_up_started', ...of, detail: { stepUpId, purpose: 'enrol' } },
        { action: 'consent_given', ...of, detail: { stepUpId, statement: 'consent-1 (en)', purpose: 'enrol' } },
        { action: 'enrolment_begun', ...of, detail: whole },
        { action: 'enrolled', ...of, detail: whole },
      );
    }
    for (let ago = 7; ago > 0; ago -= 1) {
      if (chance.below(10) < 4) continue;
      const stepUpId = idOf(12);
      const at = addSec(now, -ago * day + chance.below(day - 3600));
      const hook = { hook: 'token' } as const;
      const application = applications[chance.below(applications.length)];
      if (!isEnrolled) {
        const detail = {
          ...hook,
          outcome: 'unverified',
          fallback: 'pass',
          wouldHave: 'deny',
          reason: 'no_check',
        } as const;
        tell(at, { action: 'hook_decided', ...of, detail });
        continue;
      }
      const started: AuditEvent = {
        action: 'step_up_started',
        ...of,
        detail: { stepUpId, purpose: 'verify', ...(application === undefined ? {} : { application }) },
      };
      const luck = chance.below(30);
      if (luck < 2) {
        const cause = luck === 0 ? { tokenId } : ({ code: 'liveness_low' } as const);
        tell(at, started, { action: 'verification_refused', ...of, detail: { ...cause, application, stepUpId } });
      } else if (luck === 2) tell(at, started, { action: 'step_up_abandoned', ...of, detail: { stepUpId } });
      else {
        const verified = { ...hook, outcome: 'verified', at: Math.floor(at / 1000), stepUpId, liveness: 0.98 } as const;
        tell(
          at,
          started,
          { action: 'verified', ...of, detail: { tokenId, application, stepUpId, seconds: 7 + chance.below(9) } },
          { action: 'hook_decided', ...of, detail: verified },
        );
      }
    }
  }
  const last = people.find(({ isEnrolled }) => isEnrolled);
  if (last !== undefined) {
    const until = toIso(addSec(now, 1800));
    const detail = { level: 1, until };
    happenings.push({
      at: addSec(now, -600),
      events: [{ action: 'locked_out', connection, subject: last.subject, detail }],
    });
  }
  return happenings.sort((a, b) => a.at - b.at);
}

/** Writes an invented history into an audit log file, which no server may have open. */
async function writeHistory(
  people: readonly Drawn[],
  { connection, file, now }: { readonly connection: string; readonly file: string; readonly now: EpochMs },
  auditEvents: AuditEvents,
): Promise<void> {
  let at = now;
  let requestId = '';
  const trail = await createFileAudit({
    auditEvents,
    file,
    log: quietLog,
    random: systemRandom,
    retentionDays: null,
    clock: { now: () => at },
    requestId: () => requestId,
  });
  for (const happening of drawHistory(people, connection, now)) {
    at = happening.at;
    requestId = Buffer.from(systemRandom(12)).toString('hex');
    for (const event of happening.events) {
      await trail.append(event);
    }
  }
  await trail.close();
}

const connectionId = 'company';
const isEnrolled = (at: number): boolean => at % 4 !== 3;

/** Starts a server and a simulated Okta org with generated people, whose face tokens are not valid. */
export async function startCompany(people: number, modelsFolder: string, auditEvents: AuditEvents) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-company-'));
  const org = await startOrg();
  const { okta } = org;
  const port = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  const connection = {
    id: connectionId,
    kind: 'okta',
    policy: { mode: 'shadow', whenUnverified: 'deny', organisation: 'Example Company' },
    okta: org.settings,
  };
  const { profile, steps } = connectOrg(connection, publicUrl);
  // Only the first step is applied here. A command applies the other steps once the server runs.
  await steps[0]?.apply();
  const chance = createSeededRandom('tokens of a company');
  const drawn: Drawn[] = [];
  for (let at = 0; at < people; at += 1) {
    const number = String(at + 1).padStart(3, '0');
    const login = `person-${number}@example.com`;
    const subject = await okta.createUser({ login, password: 'drawn', firstName: 'Person', lastName: number });
    if (isEnrolled(at)) {
      const token = `fv1.${Buffer.from(chance.bytes(180)).toString('base64url')}`;
      await profile.writeToken(subject, new SealedToken(token));
    }
    drawn.push({ subject, isEnrolled: isEnrolled(at) });
  }
  const adminKey = newAdminKey();
  const written = { modelsFolder, publicUrl, connections: [connection] };
  const env = await configure(folder, written, { port: String(port), adminKey });
  await mkdir(env.FACESTEP_DATA, { mode: 0o700 });
  const history = join(env.FACESTEP_DATA, 'audit.jsonl');
  await writeHistory(drawn, { connection: connectionId, file: history, now: systemClock.now() }, auditEvents);
  const service = await startService(env);
  for (const args of [
    ['ledger', 'rebuild'],
    ['provision', connectionId, '--apply', '--yes'],
  ]) {
    const { code, stderr } = await runCli(args, env);
    if (code !== 0) throw new Error(`facestep ${args.join(' ')}: ${stderr}`);
  }
  return {
    consoleUrl: `${publicUrl}/console`,
    adminKey,
    people,
    enrolled: drawn.filter((each) => each.isEnrolled).length,
    async close() {
      await service.stop();
      await okta.close();
      await rm(folder, { recursive: true });
    },
  };
}
