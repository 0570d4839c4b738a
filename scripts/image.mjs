// node scripts/image.mjs <folder> [--debian] [--package <archive>]: builds the container image from the package with
// buildah and writes it as an archive. Adds its contents (CycloneDX) and provenance (SLSA).
// --debian: builds without the Node image. --package: does not pack again. Needs root on Linux.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeDebianRoot } from './debian-root.mjs';
import { digestOf, makeProvenance, makeSbom } from './describe.mjs';
import { installedIn, packRelease } from './pack.mjs';
import { root } from './root.mjs';

const { values, positionals } = parseArgs({
  options: { debian: { type: 'boolean' }, package: { type: 'string' } },
  allowPositionals: true,
});
const to = resolve(positionals[0] ?? '.');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const dockerfile = join(root, 'infra/docker/Dockerfile');
const [, nodeImage = ''] = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync(dockerfile, 'utf8')) ?? [];
const processor = { x64: 'amd64', arm64: 'arm64' }[process.arch];
const work = mkdtempSync(join(tmpdir(), 'facestep-image-'));
const say = (line) => process.stdout.write(`${line}\n`);

const storage = ['--root', join(work, 'storage'), '--runroot', join(work, 'run'), '--storage-driver', 'vfs'];
const buildah = (...args) =>
  execFileSync('buildah', [...storage, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();

const makeBase = () => {
  if (!values.debian) return `docker.io/library/${nodeImage}`;
  const archive = join(work, 'base.tar');
  makeDebianRoot(archive, nodeImage);
  const container = buildah('from', 'scratch');
  buildah('add', '--quiet', container, archive, '/');
  buildah('config', '--env', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', container);
  buildah('commit', '--quiet', '--rm', container, `localhost/${nodeImage}`);
  rmSync(archive);
  return `localhost/${nodeImage}`;
};

const listMaterials = (files) => {
  const sbom = makeSbom(installedIn(root, join(files, 'app')));
  const status = readFileSync(join(files, 'var/lib/dpkg/status'), 'utf8');
  const field = (text, name) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  const debian = status
    .split('\n\n')
    .filter((each) => /^Status: install ok installed$/m.test(each))
    .map((each) => ({
      name: field(each, 'Package'),
      version: field(each, 'Version'),
      arch: field(each, 'Architecture'),
    }))
    .map(({ arch, ...each }) => ({
      type: 'library',
      'bom-ref': `deb:${each.name}`,
      ...each,
      purl: `pkg:deb/debian/${each.name}@${encodeURIComponent(each.version)}?arch=${arch}`,
    }));
  const [, node] = /^node:([\d.]+)/.exec(nodeImage) ?? [];
  const models = readdirSync(join(files, 'app/models')).map((name) => ({
    type: 'machine-learning-model',
    'bom-ref': `model:${name}`,
    name,
    hashes: [{ alg: 'SHA-256', content: digestOf(readFileSync(join(files, 'app/models', name))) }],
  }));
  const runtime = {
    type: 'application',
    'bom-ref': 'node',
    name: 'node',
    version: node,
    purl: `pkg:generic/node@${node}`,
  };
  return { ...sbom, components: [...sbom.components, runtime, ...debian, ...models] };
};

try {
  mkdirSync(to, { recursive: true });
  if (values.package === undefined) say('Packing…');
  const packed = values.package ?? packRelease(root, work).file;
  // The checkout already has what the Dockerfile's first stages would build.
  const built = join(work, 'build');
  mkdirSync(join(built, 'package'), { recursive: true });
  const unpack = ['--extract', '--gzip', '--file', packed, '--directory', join(built, 'package')];
  execFileSync('tar', [...unpack, '--strip-components', '1', '--no-same-owner']);
  cpSync(join(root, 'models'), join(built, 'app/models'), { recursive: true });
  const base = makeBase();
  say(`Building on ${base}…`);
  const tag = `localhost/facestep:${version}`;
  buildah(
    'build',
    '--quiet',
    '--isolation=chroot',
    '--format=docker',
    `--file=${dockerfile}`,
    '--target=runtime',
    `--build-arg=NODE_IMAGE=${base}`,
    `--build-context=build=${built}`,
    `--tag=${tag}`,
    work,
  );
  const name = `facestep-${version}-image-linux-${processor}`;
  const archive = join(to, `${name}.tar`);
  const write = (ending, value) => writeFileSync(join(to, `${name}${ending}`), `${JSON.stringify(value, null, 2)}\n`);
  buildah('push', '--quiet', tag, `docker-archive:${archive}:facestep:${version}`);
  execFileSync('gzip', ['--force', archive]);
  const file = `${archive}.gz`;
  const container = buildah('from', tag);
  write('.cdx.json', listMaterials(buildah('mount', container)));
  const imageOf = (image) => buildah('inspect', '--type', 'image', '--format', '{{.FromImageID}}', image);
  write(
    '.provenance.json',
    makeProvenance(
      { file: basename(file), sha256: digestOf(readFileSync(file)) },
      {
        buildType: 'https://docs.docker.com/reference/dockerfile/',
        builder: 'scripts/image.mjs',
        externalParameters: { os: 'linux', cpu: process.arch, base },
        from: [
          { uri: basename(packed), sha256: digestOf(readFileSync(packed)) },
          { uri: base, sha256: imageOf(base) },
        ],
      },
    ),
  );
  buildah('rm', '--all');
  say(`${file} (${readFileSync(file).length} bytes)`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
