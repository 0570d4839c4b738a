import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { createFacestepClient } from '../../client/index.js';
import { keyIdGuard } from '../config/keys.js';
import { maxPhotoBytes } from '../core/concealed.js';
import { digestOf } from '../core/digest.js';
import { readText, toRefusal } from './client-call.js';
import type { CliDeps } from './deps.js';
import { readGivenFile, sizeOfGiven } from './given-file.js';
import { checkNameFree } from './sealed-file/new-file.js';
import { toUrl } from './sealed-file/options.js';
import { runOnFiles } from './sealed-file/run.js';
import { approve } from './signature/approve.js';
import { type OrganisationKey, openKmsKey, readKeyPair } from './signature/organisation-key.js';
import { checkPdf, signPdf } from './signature/pdf.js';
import { UsageError } from './usage-error.js';

/** How the names of signatures end. */
export const signatureSuffix = '.jws';

/** How those of signed PDFs end. */
const signedPdfSuffix = '.signed.pdf';

const file = z.string().min(1);
const optionsGuard = z.strictObject({
  connection: z.string(),
  subject: z.string(),
  clientTokenFile: file,
  title: z.string(),
  url: z.string(),
  out: file.optional(),
  certificate: file.optional(),
  key: file.optional(),
  kmsKey: keyIdGuard.optional(),
});

/** `facestep sign`: has a person approve a file by their face, and the server sign it. */
export function createSignCommand(deps: CliDeps): Command {
  return new Command('sign')
    .summary('sign a file that a person approves by their face')
    .description(
      'Prints the address of a face check that names the file and its digest, for the person who is to approve it. Once they ' +
        'have, the server signs the file with its key for receipts, the approval in the signature; or, with --certificate, a PDF ' +
        'is signed here, and a new one written. The file stays as it is.',
    )
    .argument('<file>', `the file to sign, at most 10 MB; the signature is named <file>${signatureSuffix}`)
    .requiredOption('--connection <id>', 'where the person is enrolled')
    .requiredOption('--subject <id>', 'the person’s immutable id at the identity provider')
    .requiredOption('--client-token-file <file>', 'holds a client token with the scope verify')
    .option('--title <text>', 'what the person approves, at most 80 characters', 'Sign this document')
    .option('--url <url>', 'where the server is', toUrl, 'http://127.0.0.1:8080')
    .option('--certificate <file>', 'of the organisation: signs a PDF inside of it, with --key')
    .addOption(new Option('--key <file>', 'the private key of that certificate').conflicts('kmsKey'))
    .option('--kms-key <id>', 'in place of --key: one in AWS KMS, where the configuration keeps its keys')
    .option('--out <file>', 'another name for what is written')
    .action((path: string, given: unknown) =>
      runOnFiles(deps, async (signal) => {
        const { connection, subject, title, clientTokenFile, url, out, ...signer } = optionsGuard.parse(given);
        const key = await openOrganisationKey(signer, deps);
        const to =
          out ?? (key === null ? `${path}${signatureSuffix}` : `${path.replace(/\.pdf$/i, '')}${signedPdfSuffix}`);
        await checkNameFree(to);
        if ((await sizeOfGiven(path)) > maxPhotoBytes) throw new UsageError(`${path} is over 10 MB`);
        const bytes = await readGivenFile(path);
        if (key !== null) await checkPdf(bytes, key, deps.clock.now());
        const client = createFacestepClient({ url, clientToken: await readText(clientTokenFile), fetch: deps.fetch });
        const document = { name: basename(path).normalize('NFC'), digest: digestOf(bytes).toString('hex') };
        const show = (address: string): void => deps.tell(`For the person who approves it: ${address}`);
        try {
          const receipt = await approve({ connection, subject, title, document }, client, { show, signal });
          const signed =
            key === null
              ? `${(await client.signDocument({ connection, subject, receipt }, bytes)).signature}\n`
              : await signPdf(bytes, { approval: receipt, reason: title, signedAt: deps.clock.now() }, key);
          await writeFile(to, signed, { flag: 'wx' });
        } catch (error) {
          throw toRefusal(error, url);
        }
        deps.print(`Signed: ${to}`);
      }),
    );
}

/**
 * What signs a PDF; `null`: the server signs.
 * @throws UsageError: an option is missing, or what it names does not fit; FaceError `key_service_unavailable`
 */
async function openOrganisationKey(
  { certificate, key, kmsKey }: Pick<z.output<typeof optionsGuard>, 'certificate' | 'key' | 'kmsKey'>,
  deps: CliDeps,
): Promise<OrganisationKey | null> {
  if (certificate === undefined && key === undefined && kmsKey === undefined) return null;
  if (certificate === undefined || (key === undefined && kmsKey === undefined))
    throw new UsageError('--certificate goes together with --key or --kms-key');
  if (key !== undefined) return readKeyPair(certificate, key);
  const { keys } = await deps.loadKept();
  if (kmsKey === undefined || keys.kind !== 'aws-kms')
    throw new UsageError('--kms-key: the configuration keeps no keys in AWS KMS');
  // The SDK of AWS is loaded for nobody else.
  const { createAwsKmsCalls } = await import('../keys/aws-kms-calls.js');
  return openKmsKey(certificate, kmsKey, createAwsKmsCalls(keys, deps));
}
