import type { Ports } from '../core/deps.js';
import type { Audit } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { type StepUpRecord, subjectOf, toAskedBy } from './record.js';

/** Longer than a step-up lives. */
const keptSec = 2 * 60 * 60;

export type ExpiryPorts = Ports<'state' | 'clock'> & { readonly audit: Pick<Audit, 'append'> };

/** Records once that a step-up has expired. */
export async function recordExpired(
  { id, record }: { readonly id: string; readonly record: StepUpRecord },
  { state, clock, audit }: ExpiryPorts,
): Promise<void> {
  const expiresAt = addSec(clock.now(), keptSec);
  if (!(await state.write(`step-up-expired:${id}`, true, { when: 'absent', expiresAt }))) return;
  await audit.append({
    action: 'step_up_expired',
    ...subjectOf(record),
    detail: { stepUpId: id, ...toAskedBy(record) },
  });
}
