import { createAuditDeps, openAudit } from '../benches/audit.js';

/* Writes an audit event for each input line, for tests of full disks and kills. */

const audit = await openAudit(createAuditDeps({ file: process.argv[2]! }));
process.stdout.write('ready\n');
for await (const chunk of process.stdin) {
  for (const subject of String(chunk).trim().split('\n')) {
    const said = await audit
      .append({ action: 'revoked', connection: 'work', subject, detail: { tokenId: null, by: 'x'.repeat(300) } })
      .then(() => 'written')
      .catch((error: unknown) => String(error instanceof Error && 'code' in error ? error.code : error));
    process.stdout.write(`${subject} ${said}\n`);
  }
}
