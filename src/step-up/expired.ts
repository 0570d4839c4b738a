import type { Ports } from '../core/deps.js';
import type { Audit } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { subjectOf, type Termed, toAskedBy } from './record.js';
import { returnUnfinished } from './vendor-uses.js';

/** Longer than a step-up lives. */
const keptSec = 2 * 60 * 60;

export type ExpiryPorts = Ports<'state' | 'clock' | 'settings'> & { readonly audit: Pick<Audit, 'append'> };

/** Records once that a step-up has expired, and returns a vendor's session that it did not finish. */
export async function recordExpired(
  { id, ...stepUp }: Termed & { readonly id: string },
  { audit, ...deps }: ExpiryPorts,
): Promise<void> {
  const expiresAt = addSec(deps.clock.now(), keptSec);
  if (!(await deps.state.write(`step-up-expired:${id}`, true, { when: 'absent', expiresAt }))) return;
  await returnUnfinished(stepUp, deps);
  await audit.append({
    action: 'step_up_expired',
    ...subjectOf(stepUp.record),
    detail: { stepUpId: id, ...toAskedBy(stepUp) },
  });
}
