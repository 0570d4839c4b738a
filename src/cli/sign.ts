import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { createFacestepClient } from '../../client/index.js';
import { safeUrlGuard } from '../config/safe-url.js';
import { maxPhotoBytes } from '../core/concealed.js';
import { digestOf } from '../core/digest.js';
import { approve } from './approve.js';
import { readText, toRefusal } from './client-call.js';
import type { CliDeps } from './deps.js';
import { findAddress } from './find-server.js';
import { readGivenFile, sizeOfGiven } from './given-file.js';
import { checkNameFree } from './new-file.js';
import { runOnFiles } from './run-on-files.js';
import { UsageError } from './usage-error.js';

export const signatureSuffix = '.jws';

const file = z.string().min(1);
const optionsGuard = z.strictObject({
  connection: z.string(),
  subject: z.string(),
  clientTokenFile: file,
  title: z.string(),
  url: z.string().optional(),
  out: file.optional(),
});

function toUrl(text: string): string {
  if (safeUrlGuard.safeParse(text).success) return text;
  throw new InvalidArgumentError('It is an https address; http only for this machine.');
}

export function createSignCommand(deps: CliDeps): Command {
  return new Command('sign')
    .summary('sign a file after a person approved it by a face check')
    .description(
      'Prints the address of a face check that names the file and its digest, for the approver. After the ' +
        'approval, the server signs the file with its key for receipts, and includes the approval in the signature. The signature is written to a ' +
        'separate file; the signed file does not change.',
    )
    .argument('<file>', `the file to sign, at most 10 MB; the signature is named <file>${signatureSuffix}`)
    .requiredOption('--connection <id>', 'connection where the person is enrolled')
    .requiredOption('--subject <id>', 'the person’s immutable id at the identity provider')
    .requiredOption('--client-token-file <file>', 'file with a client token that has the scope verify')
    .option('--title <text>', 'what the person approves, at most 80 characters', 'Sign this document')
    .option('--url <url>', 'address of the server (default: that of other commands)', toUrl)
    .option('--out <file>', 'name of the signature file')
    .action((path: string, given: unknown) =>
      runOnFiles(deps, async (signal) => {
        const { connection, subject, title, clientTokenFile, out, ...options } = optionsGuard.parse(given);
        const url = options.url ?? (await findAddress(deps));
        const to = out ?? `${path}${signatureSuffix}`;
        await checkNameFree(to);
        if ((await sizeOfGiven(path)) > maxPhotoBytes) throw new UsageError(`${path} is over 10 MB`);
        const bytes = await readGivenFile(path);
        const client = createFacestepClient({ url, clientToken: await readText(clientTokenFile), fetch: deps.fetch });
        const document = { name: basename(path).normalize('NFC'), digest: digestOf(bytes).toString('hex') };
        const show = (address: string): void => deps.tell(`For the person who approves it: ${address}`);
        try {
          const receipt = await approve({ connection, subject, title, document }, client, { show, signal });
          const { signature } = await client.signDocument({ connection, subject, receipt }, bytes);
          await writeFile(to, `${signature}\n`, { flag: 'wx' });
        } catch (error) {
          throw toRefusal(error, url);
        }
        deps.print(`Signed: ${to}`);
      }),
    );
}
