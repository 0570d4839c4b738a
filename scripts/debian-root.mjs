// Creates a root file system for the image if no image registry is reachable, from Debian packages and npm's build of
// Node.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command, ...args) => execFileSync(command, args, { stdio: 'pipe' });

/** Folders to remove, as in Debian's slim images. */
const unread = ['doc', 'info', 'locale', 'man'];

export function makeDebianRoot(file, nodeImage) {
  const [, version = '', release = ''] = /^node:([\d.]+)-(\w+)-slim$/.exec(nodeImage) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'facestep-node-'));
  try {
    run('npm', 'pack', `node-linux-${process.arch}@${version}`, '--pack-destination', folder, '--ignore-scripts');
    const [archive] = readdirSync(folder);
    run('tar', '--extract', '--gzip', '--file', join(folder, archive), '--directory', folder);
    const local = join(folder, 'root/usr/local/bin');
    mkdirSync(local, { recursive: true });
    cpSync(join(folder, 'package/bin/node'), join(local, 'node'));
    chmodSync(join(local, 'node'), 0o755);
    run(
      'mmdebstrap',
      '--variant=minbase',
      '--include=ca-certificates,libstdc++6',
      ...unread.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      `--customize-hook=sync-in ${join(folder, 'root')} /`,
      release,
      file,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
