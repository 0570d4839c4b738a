import { availableParallelism, cpus } from 'node:os';
import { hasFaces } from '../../test/faces.js';
import { alteredParameters } from './altered-parameters.js';
import { type Attack, type Finding, type Size, toMarkdown, writeFinding } from './attack.js';
import { type Faces, loadFaces } from './faces.js';
import { fewNumbers } from './few-numbers.js';
import { guessing } from './guessing.js';
import { hillClimbing } from './hill-climbing.js';
import { linkage } from './linkage.js';
import { outsiders } from './outsiders.js';
import { reconstruction } from './reconstruction.js';
import { samePhoto } from './same-photo.js';
import { secretWithoutFace } from './secret-without-face.js';
import { server } from './server.js';
import { tokenAlone } from './token-alone.js';

/** Attacks, in the order of docs/security-analysis.md. */
export const attacks: Readonly<Record<string, Attack>> = {
  'token-alone': tokenAlone,
  linkage,
  'same-photo': samePhoto,
  guessing,
  reconstruction,
  'secret-without-face': secretWithoutFace,
  'hill-climbing': hillClimbing,
  'altered-parameters': alteredParameters,
  outsiders,
  server,
  'few-numbers': fewNumbers,
};

/*
 * `npm run attacks -- [NAME…] [--quick] [--json] [--write]` attacks the product's own tokens. `--write` also writes the
 * pages in docs/security-analysis.
 */

process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));

const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = [
  ...names.filter((name) => !Object.hasOwn(attacks, name)),
  ...flags.filter((flag) => !['--quick', '--json', '--write'].includes(flag)),
];

if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. The attacks:`);
  for (const [name, { about }] of Object.entries(attacks)) console.error(`  ${name.padEnd(22)} ${about}`);
  process.exitCode = 2;
} else if (flags.includes('--write') && (flags.includes('--quick') || !hasFaces)) {
  console.error(
    '--write takes no --quick, and needs real faces (set FACESTEP_FACES): lesser figures would replace theirs.',
  );
  process.exitCode = 2;
} else {
  const size: Size = flags.includes('--quick') ? 'quick' : 'full';
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const loading: Promise<Faces>[] = [];
  const loadOnce = (): Promise<Faces> => {
    if (loading.length === 0) loading.push(loadFaces(size, say));
    return loading[0];
  };
  const findings: Record<string, Finding> = {};
  for (const [name, attack] of Object.entries(attacks)) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`\n${name}: ${attack.about}`);
    const from = performance.now();
    const finding = await attack.run({ size, loadFaces: loadOnce, say });
    for (const reason of finding.skipped) say(`SKIPPED: ${reason}`);
    say(`${name}: ${Math.round((performance.now() - from) / 1000)} s`);
    findings[name] = finding;
    // Written after each attack, so that results survive an interruption.
    if (flags.includes('--write'))
      writeFinding(
        name,
        finding,
        `_${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim() ?? ''}, ${availableParallelism()} cores, Node ${process.version.slice(1)}._`,
      );
  }
  const [faces = null] = await Promise.all(loading);
  const claims = Object.values(findings).flatMap((finding) => finding.claims);
  const setting = {
    size,
    node: process.version,
    cores: availableParallelism(),
    faces: faces === null ? 'none' : faces.areReal ? 'real' : 'simulated',
    people: faces === null ? 0 : faces.fit.length + faces.judge.length,
  };
  const figures = Object.fromEntries(Object.entries(findings).map(([name, finding]) => [name, finding.figures]));
  if (flags.includes('--json')) console.log(JSON.stringify({ setting, figures, claims }, null, 2));
  else {
    for (const [name, finding] of Object.entries(findings)) console.log(`\n## ${name}\n\n${toMarkdown(finding)}`);
  }
  if (claims.some(({ holds }) => !holds)) process.exitCode = 1;
}
