import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  readonly means: 'a file system in memory' | 'a limit on the size of files';
  fill(pid: number): Promise<void>;
  free(pid: number): Promise<void>;
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
      async fill() {
        for (let bytes = 1024 * 1024; bytes >= 1; bytes = bytes > 1 ? bytes / 16 : 0)
          await appendUntilFull(filler, bytes);
      },
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
    async fill(pid) {
      await limit(pid, '4096');
    },
    async free(pid) {
      await limit(pid, 'unlimited');
    },
    close: remove,
  };
}

const succeeds = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );

async function appendUntilFull(file: string, bytes: number): Promise<void> {
  const piece = Buffer.alloc(bytes);
  for (;;) {
    try {
      await appendFile(file, piece);
    } catch {
      return;
    }
  }
}
