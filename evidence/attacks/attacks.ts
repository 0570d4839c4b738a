import { availableParallelism } from 'node:os';
import { currentEngine } from '../../src/face/token/format.js';
import { hasFaces } from '../../support/data/faces.js';
import { BadInput } from '../measure/corpus/corpus.js';
import { describeMachine, listNamed, parseOptions, runNamed, runProgram, say } from '../measure/program.js';
import { type Attack, type Size, toMarkdown, writeFinding } from './attack.js';
import { type Faces, loadFaces } from './faces.js';
import { frames } from './frames.js';
import { otherPhoto } from './other-photo.js';
import { outsiders } from './outsiders.js';
import { recovery } from './recovery.js';
import { server } from './server.js';
import { tokenAlone } from './token-alone.js';

/** Attacks, in the order of docs/security-analysis.md. */
export const attacks: Readonly<Record<string, Attack>> = {
  'token-alone': tokenAlone,
  outsiders,
  server,
  'other-photo': otherPhoto,
  recovery,
  frames,
};

const usage = `npm run attacks -- [NAME…] [--quick] [--json] [--write]
  Attacks the product's own tokens.
  --quick   fewer people and attempts
  --json    print JSON on stdout
  --write   update the pages in docs/security-analysis; needs real faces (FACESTEP_FACES)

Attacks (all, if none is named):
${listNamed(attacks)}`;

/*
 * `npm run attacks -- [NAME…] [--quick] [--json] [--write]` attacks the product's own tokens. `--write` also writes the
 * pages in docs/security-analysis.
 */
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
  const loading: Promise<Faces>[] = [];
  const loadOnce = (): Promise<Faces> => {
    if (loading.length === 0) loading.push(loadFaces(size, say));
    return loading[0];
  };
  const findings = await runNamed('attacks', attacks, positionals, async (name, { run }) => {
    const finding = await run({ size, loadFaces: loadOnce, say });
    if (values.write) writeFinding(name, finding, `_Engine ${currentEngine}, ${describeMachine()}._`);
    return finding;
  });
  const [faces = null] = await Promise.all(loading);
  const claims = Object.values(findings).flatMap((finding) => finding.claims);
  const setting = {
    size,
    node: process.version,
    cores: availableParallelism(),
    faces: faces === null ? 'none' : faces.areReal ? 'real' : 'simulated',
    people: faces === null ? 0 : faces.people.length,
  };
  if (values.json) console.log(JSON.stringify({ setting, findings }, null, 2));
  else {
    for (const [name, finding] of Object.entries(findings)) console.log(`\n## ${name}\n\n${toMarkdown(finding)}`);
  }
  if (claims.some(({ holds }) => !holds)) process.exitCode = 1;
}

// Tests import the attacks, and start none of them.
if (process.argv[1] === import.meta.filename) await runProgram(main, usage);
