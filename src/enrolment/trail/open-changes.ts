import { readEvents } from '../../audit/events.js';
import { type EpochSec, fromIso, toEpochSec } from '../../core/units.js';
import type { OpenChange } from '../enrol.js';
import { enrolmentEvents } from '../events.js';

const actions = ['enrolment_begun', 'enrolled', 'renewed', 'enrolment_recovered', 'enrolment_refused'] as const;

const toExpiry = (text: string | null): EpochSec | null => (text === null ? null : toEpochSec(fromIso(text)));

/**
 * Reads changes of tokens that were begun but not ended, oldest first.
 * @param options.through - number of the last record of former processes. Changes that this process began are skipped,
 * because they may still be in progress
 */
export async function readOpenChanges(
  file: string,
  { through }: { readonly through: number },
): Promise<readonly OpenChange[]> {
  const open = new Map<string, OpenChange>();
  for await (const { action, sequence, connection, subject, detail } of readEvents(file, actions, enrolmentEvents)) {
    if (action !== 'enrolment_begun') open.delete(detail.tokenId ?? '');
    else if (sequence <= through) {
      const { kind, tokenId, keyVersion, photos, expiresAt, former, formerExpiresAt } = detail;
      const token = { tokenId, keyVersion, expiresAt: toExpiry(expiresAt) };
      const replaced = former === null ? null : { tokenId: former, expiresAt: toExpiry(formerExpiresAt) };
      open.set(tokenId, { connection, subject, kind, token, photos, former: replaced });
    }
  }
  return [...open.values()];
}
