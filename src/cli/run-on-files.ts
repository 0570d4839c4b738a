import { z } from 'zod';
import type { CliDeps } from './deps.js';

const systemErrorGuard = z.object({
  code: z.string().regex(/^E[A-Z0-9]+$/),
  syscall: z.string(),
  path: z.string().optional(),
});

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this may not be read or written',
  EPERM: 'this may not be read or written',
  EROFS: 'this disk cannot be written',
  EISDIR: 'this is a folder',
  ENOTDIR: 'there is no such folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than this system lets it be',
  ENAMETOOLONG: 'the name is too long',
};

/** Runs a command until it ends or the user stops it. Prints system errors and throws others. */
export async function runOnFiles(
  { tell, endWith, untilStopped }: Pick<CliDeps, 'tell' | 'endWith' | 'untilStopped'>,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  void untilStopped().then(() => controller.abort());
  try {
    await work(controller.signal);
  } catch (error) {
    const system = systemErrorGuard.safeParse(error);
    if (!system.success && !controller.signal.aborted) throw error;
    tell(system.success ? toLine(system.data) : 'Stopped. Nothing was changed.');
    endWith(1);
  }
}

const toLine = ({ code, syscall, path }: z.output<typeof systemErrorGuard>): string =>
  `${path ?? syscall}: ${reasons[code] ?? code}`;
