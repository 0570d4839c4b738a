import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface SmallDisk {
  readonly folder: string;
  readonly means: 'a file system in memory' | 'a limit on the size of files';
  fill(pid: number): Promise<unknown>;
  free(pid: number): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Mounts a small file system, or else creates a folder whose file sizes can be limited for a running process
 * (`RLIMIT_FSIZE`). Both allow a partial last write, as a full disk does.
 * @returns `null` if neither is possible
 */
export async function openSmallDisk(): Promise<SmallDisk | null> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-disk-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  if (await succeeds('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'tmpfs', folder])) {
    const filler = join(folder, 'filler');
    return {
      folder,
      means: 'a file system in memory',
      // `dd` ends with an error when the disk is full.
      fill: () => succeeds('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1024']),
      free: () => rm(filler),
      async close() {
        await run('umount', [folder]);
        await remove();
      },
    };
  }
  if (!(await succeeds('prlimit', ['--version']))) {
    await remove();
    return null;
  }
  const limit = (pid: number, bytes: string) => run('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
  return {
    folder,
    means: 'a limit on the size of files',
    fill: (pid) => limit(pid, '4096'),
    free: (pid) => limit(pid, 'unlimited'),
    close: remove,
  };
}

const succeeds = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );
