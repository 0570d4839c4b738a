import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseJsonAs } from '../core/base/json.js';
import { type BrandPicture, type PictureName, pictureGuard } from './brand.js';
import type { BrandProblem } from './replies.js';

const program = fileURLToPath(new URL('picture-process.js', import.meta.url));
const timeoutMs = 15_000;
const maxPictureBytes = 1024 * 1024;

/** Checks on the output of the process, which a malicious picture may control: it begins like a PNG and has at most 64 KB. */
const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]).toString('base64');
const mostWritten = (64 * 1024 * 4) / 3;

/** Failure to start the process, such as without memory. */
const notStarted = z.object({ syscall: z.string() });

const takenGuard = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('drawn'),
    picture: pictureGuard.extend({ png: z.base64().startsWith(pngStart).max(mostWritten) }),
  }),
  z.object({
    outcome: z.literal('refused'),
    code: z.enum(['picture_unreadable', 'picture_too_large', 'picture_unsafe']),
    reason: z.string(),
  }),
]);
export type TakenPicture = z.output<typeof takenGuard>;

export const refuse = (code: 'picture_unreadable' | 'picture_too_large' | 'picture_unsafe', reason: string) =>
  ({ outcome: 'refused', code, reason }) satisfies TakenPicture;

/**
 * Draws a PNG, WebP or SVG as a new PNG, so that nothing but the pixels remains of the uploaded file. A separate process
 * draws it, because the server, which holds the keys, parses no picture that an administrator uploads.
 * @throws system errors if the process cannot start
 */
export function takePicture(name: PictureName, bytes: Uint8Array): Promise<TakenPicture> {
  if (bytes.length > maxPictureBytes)
    return Promise.resolve(refuse('picture_too_large', 'expected a file of at most 1 MB'));
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ['--max-old-space-size=128', program, name],
      { env: {}, timeout: timeoutMs, killSignal: 'SIGKILL' },
      (error, written) => {
        if (notStarted.safeParse(error).success) return reject(error);
        const problem = 'the picture is damaged, or takes too long to render';
        resolve(parseJsonAs(written, takenGuard) ?? refuse('picture_unreadable', problem));
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(bytes);
  });
}

/**
 * Takes the pictures of a brand concurrently. Problems are in the order of the form.
 * @param take - returns `null` for a picture that the brand does not have
 */
export async function takePictures(take: (name: PictureName) => Promise<TakenPicture | null>) {
  const problems: BrandProblem[] = [];
  const toPicture = (field: PictureName, taken: TakenPicture | null): BrandPicture | null => {
    if (taken?.outcome !== 'refused') return taken?.picture ?? null;
    problems.push({ field, code: taken.code, reason: taken.reason });
    return null;
  };
  const [logo, logoDark, icon] = await Promise.all([take('logo'), take('logoDark'), take('icon')]);
  const pictures = {
    logo: toPicture('logo', logo),
    logoDark: toPicture('logoDark', logoDark),
    icon: toPicture('icon', icon),
  };
  return { pictures, problems };
}
