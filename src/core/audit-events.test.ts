import { expect, test } from '@jest/globals';
import { createMemoryAudit } from '../../test/sinks.js';

const about = { connection: 'work', subject: 'anna' } as const;
const made = { tokenId: 't', keyVersion: 1, photos: 3, expiresAt: null, former: null };

test('what is appended otherwise than its guard says does not compile, and is not taken', async () => {
  const audit = createMemoryAudit();
  const tried = [
    // @ts-expect-error -- an action that is none
    () => audit.append({ action: 'photographed', ...about, detail: {} }),
    // @ts-expect-error -- the detail of another action
    () => audit.append({ action: 'verified', ...about, detail: { stepUpId: 's' } }),
    // @ts-expect-error -- a field that is missing
    () => audit.append({ action: 'consent_relied_on', ...about, detail: { stepUpId: 's', statement: 'terms' } }),
    // @ts-expect-error -- a field that is missing from one of two shapes
    () => audit.append({ action: 'revoked', ...about, detail: { tokenId: 't', expiresAt: null } }),
    // @ts-expect-error -- the first shape, half of the second
    () => audit.append({ action: 'enrolled', ...about, detail: { ...made, kind: 'enrolment' } }),
    // @ts-expect-error -- an optional field under another name
    () => audit.append({ action: 'step_up_started', ...about, detail: { stepUpId: 's', purpose: 'enrol', who: 'o' } }),
  ];
  for (const attempt of tried) await expect(attempt()).rejects.toThrow();
  expect(audit.events).toEqual([]);
  await audit.append({ action: 'enrolled', ...about, detail: made });
  expect(audit.events).toHaveLength(1);
});
