import { readEvents } from '../../audit/events.js';
import type { SubjectRef } from '../../core/connection.js';
import { enrolmentEvents } from '../events.js';

/** Finds in audit logs for whom tokens were made. */
export async function findTokenOwners(
  trails: readonly string[],
  tokenIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, SubjectRef>> {
  const owners = new Map<string, SubjectRef>();
  if (tokenIds.size === 0) return owners;
  for (const trail of trails) {
    for await (const { connection, subject, detail } of readEvents(trail, makings, enrolmentEvents)) {
      if (tokenIds.has(detail.tokenId)) owners.set(detail.tokenId, { connection, subject });
    }
  }
  return owners;
}

const makings = ['enrolled', 'enrolment_recovered', 'renewed'] as const;
