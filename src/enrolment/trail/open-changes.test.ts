import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTestCore } from '../../../support/benches/core.js';
import { enrolDrawn } from '../../../support/benches/drawn-face.js';
import { drawPhoto } from '../../../support/fakes/simulated-engine.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { forFile } from '../../../support/run/for-file.js';
import { auditEvents } from '../../app/audit-events.js';
import { createFileAudit } from '../../audit/file.js';
import type { Audit } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { recoverEnrolments } from '../enrol.js';
import { readOpenChanges } from './open-changes.js';

const folder = createFolder('open-changes');

const file = join(folder, 'audit.jsonl');
const core = await createTestCore({ enrolmentDays: 30 });
const trail = await forFile(
  createFileAudit({
    auditEvents,
    file,
    clock: core.clock,
    random: systemRandom,
    log: core.log,
    retentionDays: null,
    requestId: () => null,
  }),
);

const enrol = (subject: string, audit: Audit) =>
  enrolDrawn({ connection: core.connection, subject, photos: [drawPhoto(subject, 1)] }, { ...core.deps, audit });

/** A trail that a process leaves which dies before it can note how the change ended. */
const dying = (): Audit => {
  let isDead = false;
  return {
    ...trail,
    async append(event) {
      if (isDead) throw new FaceError('state_unavailable');
      isDead = event.action === 'enrolment_begun';
      await trail.append(event);
    },
  };
};

const lastSequence = async (): Promise<number> => (await trail.sync()).sequence;

test('enrolments that the local file reports as unfinished are settled once, without other evidence', async () => {
  await enrol('anna', trail);
  core.clock.advanceSec(1);
  const before = await lastSequence();
  await expect(enrol('anna', dying())).rejects.toMatchObject({ code: 'state_unavailable' });
  await expect(enrol('berta', dying())).rejects.toMatchObject({ code: 'state_unavailable' });
  core.profile.attributes.set('berta', null);

  const through = await lastSequence();
  // The clock was wrong until then: what is told by times alone would wait for it.
  core.clock.advanceSec(-3600);
  const open = await readOpenChanges(file, { through });
  expect(open).toMatchObject([
    {
      connection: 'work',
      subject: 'anna',
      kind: 'enrolment',
      photos: 1,
      token: { keyVersion: 1, expiresAt: expect.any(Number) },
      former: { expiresAt: expect.any(Number) },
    },
    { connection: 'work', subject: 'berta', former: null },
  ]);
  // What this process has begun itself is under way.
  expect(await readOpenChanges(file, { through: before })).toEqual([]);

  await recoverEnrolments(open, { ...core.deps, audit: trail });
  expect(await readOpenChanges(file, { through })).toEqual([]);
});
