import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';

const inOwnMounts = ['--map-root-user', '--mount', 'sh', '-c'];

/** True if this account can mount a small disk. */
export const canFillDisk = spawnSync('unshare', [...inOwnMounts, `mount -t tmpfs tmpfs ${tmpdir()}`]).status === 0;
if (!canFillDisk) process.stderr.write('SKIPPING the tests of a full disk: this account cannot mount one\n');

/** Runs a Node.js script with a temporary small disk at `disk`. */
export function runOnDisk(disk: string, size: string, script: string): unknown {
  mkdirSync(disk, { recursive: true });
  const command = `mount -t tmpfs -o size=${size},mode=0700 tmpfs ${disk} && ${process.execPath} ${script}`;
  return JSON.parse(execFileSync('unshare', [...inOwnMounts, command], { encoding: 'utf8' }));
}
