// node scripts/audit.mjs [folder]: asks the registry for advisories about the production packages of the lock file.
// Exits with 1 if SECURITY.md does not mention the id of an advisory. Exits with 0 if the registry has no advisory
// service.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

const [, , folder = root] = process.argv;
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const say = (line) => process.stdout.write(`${line}\n`);

/**
 * Returns true if the registry has no advisory service. npm then prints a message without an error code. If npm itself
 * fails, its message has an error code.
 */
const isUnanswered = ({ message, error }) => typeof message === 'string' && error?.code === undefined;

const command = ['audit', '--omit=dev', '--package-lock-only', '--json', '--fetch-retries=1', '--fetch-timeout=30000'];
const { stdout, stderr } = spawnSync(npm, command, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
let report;
try {
  report = JSON.parse(stdout);
} catch {
  say(`npm audit could not run:\n${stdout ?? ''}${stderr ?? ''}`);
  process.exit(1);
}

if (report.vulnerabilities === undefined) {
  if (!isUnanswered(report)) {
    say(`npm audit could not run: ${report.error?.summary ?? stdout}`);
    process.exit(1);
  }
  say('********************************************************************************');
  say('ADVISORIES WERE NOT LOOKED UP: this registry has no service that answers npm audit');
  say(`(${report.message}).`);
  say('The following output does not cover known vulnerabilities of dependencies.');
  say('********************************************************************************');
  process.exit(0);
}

const idIn = /GHSA(?:-[0-9a-z]{4}){3}/g;
const answered = new Set(readFileSync(join(folder, 'SECURITY.md'), 'utf8').match(idIn) ?? []);
const found = new Map();
// An entry that is a text only names another package of the report. The entry of that package contains the advisory.
for (const { via } of Object.values(report.vulnerabilities))
  for (const each of via.filter((entry) => typeof entry !== 'string'))
    found.set(each.url.match(idIn)?.[0] ?? each.url, each);

let unanswered = 0;
for (const [id, { name, severity, title, url }] of found) {
  if (answered.has(id)) say(`Answered in SECURITY.md: ${id}, ${name}: ${title}`);
  else {
    unanswered += 1;
    say(`NOT ANSWERED: ${id}, ${name} (${severity}): ${title}. ${url}`);
  }
}
for (const id of answered) if (!found.has(id)) say(`SECURITY.md answers ${id}, which nothing here has any more.`);
say(
  `npm audit: ${found.size} ${found.size === 1 ? 'advisory' : 'advisories'} about what runs in production, ${unanswered} not answered.`,
);
process.exit(unanswered === 0 ? 0 : 1);
