// Creates release metadata: contents and provenance.
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm } from './pack.mjs';
import { root } from './root.mjs';

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
export const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

export const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

export function makeSbom({ manifest, lock }) {
  const folder = mkdtempSync(join(tmpdir(), 'facestep-sbom-'));
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const args = ['--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only', '--omit=dev'];
    return JSON.parse(npm(folder, 'sbom', ...args));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Creates the provenance: https://slsa.dev/spec/v1.0/provenance */
export const makeProvenance = ({ file, sha256 }, { buildType, externalParameters, builder, from = [] }) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: file, digest: { sha256 } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: {
      buildType,
      externalParameters: { version, ...externalParameters },
      resolvedDependencies: [
        { uri: `git+commit:${name}`, digest: { gitCommit: git('rev-parse', 'HEAD') } },
        ...from.map((each) => ({ uri: each.uri, digest: { sha256: each.sha256 } })),
      ],
    },
    runDetails: { builder: { id: builder }, metadata: { invocationId: randomUUID() } },
  },
});
