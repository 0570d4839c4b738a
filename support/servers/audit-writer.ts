import { createFileAudit } from '../../src/audit/file.js';
import { signHeads } from '../../src/audit/heads.js';
import { createTrailProbe } from '../../src/audit/volume.js';
import { createAuditDeps } from '../benches/audit.js';
import { createManualClock } from '../fakes/manual-clock.js';

/* Writes an audit event for each input line, or probes the trail, for tests of full disks and kills. */

const deps = createAuditDeps({ file: process.argv[2]! });
const trail = await createFileAudit(deps);
const audit = await signHeads(trail, deps);
const clock = createManualClock();
const probe = createTrailProbe(trail, { clock, onProbe: () => {} });
process.stdout.write('ready\n');
for await (const chunk of process.stdin) {
  for (const subject of String(chunk).trim().split('\n')) {
    if (subject === 'probe') {
      clock.advanceSec(3);
      process.stdout.write(`probe ${(await probe()) ?? 'ok'}\n`);
      continue;
    }
    const said = await audit
      .append({ action: 'revoked', connection: 'work', subject, detail: { tokenId: null, by: 'x'.repeat(300) } })
      .then(() => 'written')
      .catch((error: unknown) => String(error instanceof Error && 'code' in error ? error.code : error));
    process.stdout.write(`${subject} ${said}\n`);
  }
}
