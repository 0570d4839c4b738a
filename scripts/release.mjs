// node scripts/release.mjs <folder> [--dry-run] [--no-tests] [--sign <key.pem>]: checks, packs, describes and tags the
// version of package.json. It publishes nothing: the release manager uploads the folder.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { digestOf, git, makeProvenance, makeSbom } from './describe.mjs';
import { packRelease } from './pack.mjs';
import { root } from './root.mjs';
import { signRelease, sumsOf } from './sign-release.mjs';

const options = { 'dry-run': { type: 'boolean' }, 'no-tests': { type: 'boolean' }, sign: { type: 'string' } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const say = (line) => process.stdout.write(`${line}\n`);
const fail = (line) => {
  process.stderr.write(`release: ${line}\n`);
  process.exit(1);
};
const read = (name) => readFileSync(join(root, name), 'utf8');
const { version, license } = JSON.parse(read('package.json'));
const to = positionals[0] === undefined ? fail('name a folder for what is made') : resolve(positionals[0]);
const isDry = values['dry-run'] === true;

/** All places except package.json that contain the version. */
const versioned = [
  ['package-lock.json', /^ {2}"version": "([^"]+)"/m],
  ['client/package.json', /"version": "([^"]+)"/],
  ['evidence/package.json', /"version": "([^"]+)"/],
  ['triggers/package.json', /"version": "([^"]+)"/],
  ['infra/docker/Dockerfile', /image\.version="([^"]+)"/],
  ['infra/docker/compose.yaml', /image: facestep:(\S+)/],
  ['infra/helm/facestep/Chart.yaml', /^appVersion: "([^"]+)"/m],
];
for (const [file, pattern] of versioned) {
  const [, found] = pattern.exec(read(file)) ?? [];
  if (found !== version) fail(`${file} says ${found}, and package.json ${version}`);
}

/** Returns this version's changelog; a dry run includes unreleased changes. */
const notesOf = (changelog) => {
  const sections = changelog.split(/^## /m).slice(1);
  const isOwn = (section) =>
    new RegExp(`^\\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}\\n`).test(section);
  const section =
    sections.find(isOwn) ?? (isDry ? sections.find((each) => each.startsWith('[Unreleased]')) : undefined);
  if (section === undefined) fail(`CHANGELOG.md has no section "## [${version}] - <date>"`);
  return section.slice(section.indexOf('\n')).trim();
};
const notes = notesOf(read('CHANGELOG.md'));
const tag = `v${version}`;
if (git('tag', '--list', tag) !== '') fail(`there is a tag ${tag}: raise the version first`);
const changed = git('status', '--porcelain');
if (changed !== '' && !isDry) fail(`the checkout has changes:\n${changed}`);
if (!values['no-tests']) execFileSync('bash', ['.ci/run'], { cwd: root, stdio: 'inherit' });

mkdirSync(to, { recursive: true });
if (readdirSync(to).length > 0) fail(`${to} is not empty`);
const write = (file, content) => writeFileSync(join(to, file), content);
const platforms = [
  ['linux', 'x64', 'glibc'],
  ['linux', 'arm64', 'glibc'],
  ['linux', 'x64', 'musl'],
  ['linux', 'arm64', 'musl'],
  ['darwin', 'arm64'],
  ['darwin', 'x64'],
  ['win32', 'x64'],
];
const archives = (isDry ? [[process.platform, process.arch]] : platforms).map(([os, cpu, libc]) => {
  const packed = packRelease(root, to, { os, cpu, libc });
  describe(packed);
  say(`${basename(packed.file)}: ${packed.size} bytes`);
  return packed;
});

function describe({ file, manifest, lock }) {
  const archive = basename(file);
  const writeJson = (ending, value) => write(archive.replace(/\.tgz$/, ending), `${JSON.stringify(value, null, 2)}\n`);
  writeJson('.cdx.json', makeSbom({ manifest, lock }));
  const subject = { file: archive, sha256: digestOf(readFileSync(file)) };
  const externalParameters = { os: manifest.os ?? process.platform, node: process.version };
  const buildType = 'https://docs.npmjs.com/cli/commands/npm-pack';
  writeJson(
    '.provenance.json',
    makeProvenance(subject, { buildType, externalParameters, builder: 'scripts/release.mjs' }),
  );
}

write(`facestep-${version}.md`, `# facestep ${version}\n\n${notes}\n\nLicence: ${license}\n`);

write('SHA256SUMS', sumsOf(to));
if (values.sign !== undefined) signRelease(to, values.sign);
if (isDry) say(`A dry run: ${tag} was not set.`);
else {
  git('tag', '--annotate', tag, '--message', `facestep ${version}\n\n${notes}`);
  say(`Set the tag ${tag}. Push it, and upload what is in ${to}.`);
}
say(`${archives.length} archives and what describes them are in ${to}.`);
