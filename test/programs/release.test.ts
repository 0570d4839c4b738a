import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
import { makeRelease, releaseScript } from './released.js';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

test('a dry run creates the release files with digests signed by the given key, and no tag', async () => {
  const tagsBefore = execFileSync('git', ['tag'], { cwd: projectRoot, encoding: 'utf8' });
  const { folder: to, publicKey } = await makeRelease();
  expect(execFileSync('git', ['tag'], { cwd: projectRoot, encoding: 'utf8' })).toBe(tagsBefore);
  const archive = `facestep-${version}-${process.platform}-${process.arch}`;
  const described = [`${archive}.cdx.json`, `${archive}.provenance.json`, `${archive}.tgz`];
  const others = [`facestep-${version}.md`];
  expect(readdirSync(to).sort()).toEqual(
    [...described, ...others, 'SHA256SUMS', 'SHA256SUMS.sig', 'release-key.pem'].sort(),
  );

  const read = (name: string) => readFileSync(join(to, name));
  const sums = read('SHA256SUMS');
  const listed = sums
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split('  ') as [string, string]);
  expect(listed.map(([, name]) => name).sort()).toEqual([...described, ...others].sort());
  for (const [digest, name] of listed) expect(createHash('sha256').update(read(name)).digest('hex')).toBe(digest);
  expect(verify(null, sums, publicKey, read('SHA256SUMS.sig'))).toBe(true);

  const sbom = JSON.parse(read(`${archive}.cdx.json`).toString());
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { version } } });
  const names = sbom.components.map((each: { name: string }) => each.name);
  expect(names).toEqual(expect.arrayContaining(['onnxruntime-node', 'sharp', 'express']));
  expect(names).not.toContain('jest');
  const inArchive = new Set(
    execFileSync('tar', ['-tzf', join(to, `${archive}.tgz`)], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
      .split('\n')
      .flatMap((path) => /^package\/(node_modules\/.*)\/package\.json$/.exec(path)?.[1] ?? []),
  );
  const listedPaths = sbom.components.map(
    ({ properties }: { properties: { name: string; value: string }[] }) =>
      properties.find(({ name }) => name === 'cdx:npm:package:path')?.value,
  );
  expect(listedPaths.filter((path: string) => !inArchive.has(path))).toEqual([]);
  const { subject } = JSON.parse(read(`${archive}.provenance.json`).toString());
  expect(subject).toEqual([
    { name: `${archive}.tgz`, digest: { sha256: listed.find(([, name]) => name.endsWith('.tgz'))![0] } },
  ]);
});

test('the release script refuses a version without a section in CHANGELOG.md', () => {
  const { status, stderr } = spawnSync(process.execPath, [releaseScript, createFolder('unreleased'), '--no-tests'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('CHANGELOG.md has no section'),
  });
});
