import { availableParallelism } from 'node:os';
import { currentEngine } from '../../src/face/token/format.js';
import { hasFaces } from '../../support/data/faces.js';
import { BadInput } from '../measure/corpus/corpus.js';
import { describeMachine, listNamed, parseOptions, runNamed, runProgram, say } from '../measure/program.js';
import { type Attack, type Size, toMarkdown, writeFinding } from './attack.js';
import { frames } from './frames.js';
import { recovery } from './recovery.js';
import { server } from './server.js';

/** Attacks, in the order of docs/security-analysis.md. */
export const attacks: Readonly<Record<string, Attack>> = {
  server,
  recovery,
  frames,
};

const usage = `npm run attacks -- [NAME…] [--quick] [--json] [--write]
  Attacks a running server and its pages.
  --quick   fewer people and attempts
  --json    print JSON on stdout
  --write   update the pages in docs/security-analysis; needs real faces (FACESTEP_FACES)

Attacks (all, if none is named):
${listNamed(attacks)}`;

async function main(): Promise<void> {
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  const { values, positionals } = parseOptions({
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.write && (values.quick || !hasFaces))
    throw new BadInput(
      '--write cannot be used with --quick and needs real faces (set FACESTEP_FACES), so that it replaces no published figures with weaker ones.',
    );
  const size: Size = values.quick ? 'quick' : 'full';
  const findings = await runNamed('attacks', attacks, positionals, async (name, { run }) => {
    const finding = await run({ size, say });
    if (values.write) writeFinding(name, finding, `_Engine ${currentEngine}, ${describeMachine()}._`);
    return finding;
  });
  const claims = Object.values(findings).flatMap((finding) => finding.claims);
  const setting = {
    size,
    node: process.version,
    cores: availableParallelism(),
    faces: hasFaces ? 'real' : 'none',
  };
  if (values.json) console.log(JSON.stringify({ setting, findings }, null, 2));
  else {
    for (const [name, finding] of Object.entries(findings)) console.log(`\n## ${name}\n\n${toMarkdown(finding)}`);
  }
  if (claims.some(({ holds }) => !holds)) process.exitCode = 1;
}

// Tests import the attacks, and start none of them.
if (process.argv[1] === import.meta.filename) await runProgram(main, usage);
