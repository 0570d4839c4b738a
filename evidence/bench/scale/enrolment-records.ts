import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../../../src/base/json.js';
import { enrolSubject } from '../../../src/core/enrolment/enrol.js';
import type { PasskeyCredential, State } from '../../../src/core/ports.js';
import { createTestCore } from '../../../test/core.js';
import { testShare } from '../../../test/share.js';
import { drawPhoto } from '../../../test/simulated-engine.js';

/** What one enrolment leaves in the state, by key. */
export type EnrolmentRecords = ReadonlyMap<string, Json>;

/** The one user who was enrolled for it; keys tell users apart by this. */
const enrolled = { connection: 'work', subject: 'anna' } as const;

/** Runs one enrolment of the product on a state that keeps account of what is written and stays. */
export async function recordEnrolment({ hasPasskey }: { readonly hasPasskey: boolean }): Promise<EnrolmentRecords> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-bench-'));
  const { deps, connection } = await createTestCore(join(folder, 'keys.json'));
  const records = new Map<string, Json>();
  const state: State = {
    ...deps.state,
    async write(key, value, options) {
      const isWritten = await deps.state.write(key, value, options);
      if (isWritten) records.set(key, value);
      return isWritten;
    },
    async delete(key) {
      await deps.state.delete(key);
      records.delete(key);
    },
  };
  const passkey: PasskeyCredential | null = hasPasskey
    ? {
        id: randomBytes(32).toString('base64url'),
        publicKey: randomBytes(77).toString('base64url'),
        counter: 0,
        transports: ['internal'],
        backupEligible: true,
      }
    : null;
  const consent = { statement: 'face check, version 1', givenAt: deps.clock.now() };
  const photos = [drawPhoto(enrolled.subject, 1)];
  const request = { connection, subject: enrolled.subject, photos, secret: null, passkey, consent, share: testShare };
  await enrolSubject(request, { ...deps, state });
  await rm(folder, { recursive: true });
  return records;
}

/** The same records, of another user. */
export const writeRecords = async (
  records: EnrolmentRecords,
  who: { readonly connection: string; readonly subject: string },
  state: State,
): Promise<void> => {
  for (const [key, value] of records) {
    const own = key.replace(enrolled.connection, who.connection).replace(enrolled.subject, who.subject);
    await state.write(own, value, { when: 'any', expiresAt: null, mayBeLost: true });
  }
};
