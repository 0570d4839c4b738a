import { z } from 'zod';
import type { OpenChange } from '../core/recover-enrolments.js';
import { type EpochMs, fromIso, toEpochSec } from '../core/units.js';
import { readRecords } from './records.js';

const expiryGuard = z.iso
  .datetime()
  .transform((text) => toEpochSec(fromIso(text)))
  .nullable();

const detailGuard = z.object({
  kind: z.enum(['enrolment', 'renewal']),
  tokenId: z.string(),
  keyVersion: z.int().nullable(),
  photos: z.int(),
  expiresAt: expiryGuard,
  former: z.string().nullable(),
  formerExpiresAt: expiryGuard,
});

/** Stands in the records of a change of a token, the first and the last, and in few others. */
const needle = '"formerExpiresAt":';

/**
 * The changes of tokens that were begun and never ended, oldest first.
 * @param options.before - when this process began: what it has begun itself is under way
 */
export async function readOpenChanges(
  file: string,
  { before }: { readonly before: EpochMs },
): Promise<readonly OpenChange[]> {
  const open = new Map<string, OpenChange>();
  for await (const { action, time, connection, subject, detail } of readRecords(file, { needle })) {
    const change = detailGuard.safeParse(detail);
    if (!change.success) continue;
    const { kind, tokenId, keyVersion, photos, expiresAt, former, formerExpiresAt } = change.data;
    if (action !== 'enrolment_begun') open.delete(tokenId);
    else if (time < before) {
      const token = { tokenId, keyVersion, expiresAt };
      const replaced = former === null ? null : { tokenId: former, expiresAt: formerExpiresAt };
      open.set(tokenId, { connection, subject, kind, token, photos, former: replaced });
    }
  }
  return [...open.values()];
}
