import { randomBytes } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { type Finding, holds, isDone, type Setting } from './fault.js';
import { faults } from './registry.js';
import { toMarkdown, writeFinding } from './report.js';

/*
 * `npm run faults [-- NAME… --quick --json --write --seed=TEXT]` breaks parts of a running service, and reports
 * whatever is lost, used twice or wrongly granted. Exits with 1 if an invariant is broken, with 2 if everything was
 * skipped. `--write` updates docs/faults.md.
 */

const named = (flag: string): string | undefined =>
  process.argv.find((argument) => argument.startsWith(`--${flag}=`))?.slice(flag.length + 3);
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = [
  ...names.filter((name) => !Object.hasOwn(faults, name)),
  ...flags.filter((flag) => !['--quick', '--json', '--write'].includes(flag) && !flag.startsWith('--seed=')),
];

if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. The faults:`);
  for (const [name, { about }] of Object.entries(faults)) console.error(`  ${name.padEnd(14)} ${about}`);
  process.exitCode = 2;
} else {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const setting: Setting = {
    size: flags.includes('--quick') ? 'quick' : 'full',
    seed: named('seed') ?? randomBytes(4).toString('hex'),
    say,
  };
  say(`Random moments are those of --seed=${setting.seed}`);
  const made = `_${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim() ?? ''}, ${availableParallelism()} cores, Node ${process.version.slice(1)}${setting.size === 'full' ? '' : '; quick form'}._`;
  const findings: Record<string, Finding> = {};
  for (const [name, fault] of Object.entries(faults)) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`\n${name}: ${fault.about}`);
    const began = performance.now();
    const finding = await fault.run(setting);
    say(`${name}: ${Math.round((performance.now() - began) / 1000)} s`);
    for (const reason of finding.skipped) say(`SKIPPED: ${reason}`);
    findings[name] = finding;
    // Written after each fault, so that results survive an interruption. A skipped fault keeps its figures in the page.
    if (flags.includes('--write') && isDone(finding)) writeFinding(name, finding, made);
    if (!flags.includes('--json')) console.log([`\n${name}: ${fault.about}`, ...toMarkdown(finding)].join('\n'));
  }
  const { size, seed } = setting;
  const told = { size, seed, node: process.version, cores: availableParallelism() };
  if (flags.includes('--json')) console.log(JSON.stringify({ setting: told, faults: findings }, null, 2));
  if (Object.values(findings).some(({ invariants }) => !invariants.every(holds))) process.exitCode = 1;
  else if (!Object.values(findings).some(isDone)) {
    say('Nothing is shown: all that was asked for was skipped.');
    process.exitCode = 2;
  }
}
