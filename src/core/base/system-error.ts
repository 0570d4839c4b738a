import { resolve } from 'node:path';
import { z } from 'zod';

const systemErrorGuard = z.object({
  code: z.string().regex(/^E[A-Z0-9]+$/),
  syscall: z.string().regex(/^\w+$/),
  path: z.string().optional(),
  address: z.string().optional(),
  port: z.number().optional(),
  hostname: z.string().optional(),
});
type SystemError = z.output<typeof systemErrorGuard>;

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this account may not do that',
  EPERM: 'this account may not do that',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full for this account',
  ENOENT: 'it is not there',
  ENOTDIR: 'a file exists where a folder is needed',
  EEXIST: 'another file exists there',
  EISDIR: 'it is a folder',
  EMFILE: 'this process has too many files open',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this is not an address of this machine',
  ENOTFOUND: 'the host does not exist',
};

export function systemCodeOf(error: unknown): string | null {
  const parsed = systemErrorGuard.safeParse(error);
  if (parsed.success) return parsed.data.code;
  return error instanceof Error && error.cause !== undefined ? systemCodeOf(error.cause) : null;
}

/** Returns the reason of a system error. Messages of libraries are not included, because they may quote data. */
export function findSystemReason(error: unknown): string | null {
  const parsed = systemErrorGuard.safeParse(error);
  if (parsed.success) return toReason(parsed.data);
  return error instanceof Error && error.cause !== undefined ? findSystemReason(error.cause) : null;
}

function toReason(error: SystemError): string {
  const { code, syscall } = error;
  const where = toPlace(error);
  const why = Object.hasOwn(reasons, code) ? `: ${reasons[code]}` : '';
  return `${syscall} ${code}${where === null ? '' : `, ${where}`}${why}`;
}

function toPlace({ path, address, port, hostname }: SystemError): string | null {
  if (path !== undefined) return resolve(path);
  if (port !== undefined) return address === undefined ? `port ${port}` : `port ${port} of ${address}`;
  return address ?? hostname ?? null;
}
