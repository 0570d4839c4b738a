import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { type DoctorFinding, type DoctorReport, readDoctorReport, worstLight } from './doctor-reports.js';

const longestDays = 366;

/** Findings that can be accepted. A manual step, which no one can take, may be one. */
export const acceptedLights = ['by_hand', 'warn', 'fail'] as const;

const acceptedGuard = z.object({
  title: z.string(),
  light: z.enum(acceptedLights),
  until: epochMsGuard,
  reason: z.string(),
  by: z.string(),
});
type Accepted = z.output<typeof acceptedGuard>;

/** Known limits of a connection. Each ends by itself. */
const placeOf = (connection: string) => ({
  key: `accepted-findings:${connection}`,
  guard: z.array(acceptedGuard),
  expiresAt: (all: readonly Accepted[]) =>
    all.length === 0 ? null : epochMs(Math.max(...all.map(({ until }) => until))),
});

/** A report whose `light` ignores accepted findings. */
export interface Health extends DoctorReport {
  readonly findings: (DoctorFinding & { readonly accepted: Accepted | null })[];
}

/** Returns the last report of a connection with the findings that are accepted now, or `null`. */
export async function readHealth(connection: string, deps: Ports<'state' | 'clock'>): Promise<Health | null> {
  const report = await readDoctorReport(connection, deps);
  if (report === null) return null;
  const all = (await readStored(placeOf(connection), deps))?.record ?? [];
  const now = deps.clock.now();
  const findings = report.findings.map((finding) => {
    // A warning that became an error is no longer what was accepted.
    const isSame = ({ title, light }: Accepted): boolean =>
      title === finding.title && (light === finding.light || (light === 'fail' && finding.light === 'warn'));
    return { ...finding, accepted: all.find((each) => each.until > now && isSame(each)) ?? null };
  });
  return { ...report, light: worstLight(findings.filter(({ accepted }) => accepted === null)), findings };
}

/**
 * Accepts a finding of the last report until a time; `null` ends that.
 * @throws `not_found` if there is no such finding, or it passed; `request_malformed` if `until` is past or too late
 */
export async function acceptFinding(
  { connection, title, until }: { readonly connection: string; readonly title: string; readonly until: EpochMs | null },
  { reason, by }: Pick<Accepted, 'reason' | 'by'>,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  const now = deps.clock.now();
  const found = (await readDoctorReport(connection, deps))?.findings.find((each) => each.title === title);
  const light = acceptedLights.find((each) => each === found?.light);
  if (light === undefined) throw new FaceError('not_found');
  if (until !== null && (until <= now || until > addSec(now, longestDays * secondsPerDay)))
    throw new FaceError('request_malformed', { field: 'until' });
  const detail = { title, light, until: until === null ? null : toIso(until), reason, by };
  await deps.audit.append({ action: 'finding_accepted', connection, subject: '', detail });
  const added = until === null ? [] : [{ title, light, until, reason, by }];
  await changeStored(
    placeOf(connection),
    (former) => [...(former ?? []).filter((each) => each.title !== title && each.until > now), ...added],
    deps,
  );
}
