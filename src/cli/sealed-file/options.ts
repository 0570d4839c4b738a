import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { safeUrlGuard } from '../../config/safe-url.js';
import { type AddressDeps, findAddress } from '../find-server.js';

const file = z.string().min(1);

const optionsGuard = z.strictObject({
  url: z.string().optional(),
  clientTokenFile: file,
  tokenFile: file,
  photo: z.array(file),
  passwordFile: file.optional(),
  scope: z.string().optional(),
  accuracy: z.int().optional(),
  out: file.optional(),
});

export type SealedFileOptions = Omit<z.output<typeof optionsGuard>, 'url'> & { readonly url: string };

export async function parseOptions(options: unknown, deps: AddressDeps): Promise<SealedFileOptions> {
  const { url, ...rest } = optionsGuard.parse(options);
  return { ...rest, url: url ?? (await findAddress(deps)) };
}

export const addOptions = (command: Command): Command =>
  command
    .requiredOption('--client-token-file <file>', 'file with a client token that has the scope content-key')
    .requiredOption('--token-file <file>', 'file with the enrolment token that /generate returned')
    .requiredOption('--photo <file>', 'new photo of the person; can be repeated up to five times', collect)
    .option('--password-file <file>', 'file with the secret of the token')
    .option('--scope <text>', 'scope of the token')
    .option('--accuracy <level>', 'accuracy level of the token, 1 to 8', toLevel)
    .option('--url <url>', 'address of the server (default: that of other commands)', toUrl)
    .option('--out <file>', 'name of the new file');

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function toLevel(text: string): number {
  if (/^[1-8]$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number from 1 to 8.');
}

export function toUrl(text: string): string {
  if (safeUrlGuard.safeParse(text).success) return text;
  throw new InvalidArgumentError('It is an https address; http only for this machine.');
}
