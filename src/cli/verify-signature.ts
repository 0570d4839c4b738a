import { Command } from 'commander';
import { z } from 'zod';
import { createSignatureVerifier, ReceiptError, SignatureError } from '../../client/index.js';
import { epochSec, toEpochMs, toIso } from '../core/units.js';
import type { CliDeps } from './deps.js';
import { readGivenFile } from './given-file.js';
import { readGivenKeySet } from './jwks-source.js';
import { toPrintable } from './printable.js';
import { runOnFiles } from './run-on-files.js';
import { signatureSuffix } from './sign.js';

const optionsGuard = z.strictObject({
  jwks: z.string(),
  issuer: z.string(),
  connection: z.exactOptional(z.string()),
  subject: z.exactOptional(z.string()),
});

export function createVerifySignatureCommand(deps: CliDeps): Command {
  return new Command('verify-signature')
    .summary('check the signature of a file')
    .description(
      'Says who approved the file by their face, when, and in which words, or why the signature does not hold. It asks no ' +
        'server: the keys are those of `facestep jwks`, kept in a file.',
    )
    .argument('<file>', 'the file that was signed')
    .argument('[signature]', `its signature; <file>${signatureSuffix} unless said`)
    .requiredOption('--jwks <source>', 'file or address of the server’s public keys')
    .requiredOption('--issuer <url>', 'the server’s public URL')
    .option('--connection <id>', 'required connection of the person')
    .option('--subject <id>', 'required id of the person')
    .action((path: string, signaturePath: string | undefined, given: unknown) =>
      runOnFiles(deps, async () => {
        const { jwks, issuer, ...expected } = optionsGuard.parse(given);
        const keys = await readGivenKeySet(jwks, deps);
        const document = await readGivenFile(path);
        const text = (await readGivenFile(signaturePath ?? `${path}${signatureSuffix}`)).toString('utf8').trim();
        try {
          const verifier = createSignatureVerifier({ issuer, keys });
          const { signedAt, approval } = await verifier.verify(document, text, expected);
          const { sub, connection, action, auth_time: approvedAt } = approval;
          const at = (seconds: number): string => toIso(toEpochMs(epochSec(seconds)));
          const lines = [
            `The signature holds. ${issuer} made it on ${at(signedAt)}.`,
            `Approved by a face check of ${sub} (${connection}) on ${at(approvedAt)}, who was shown:`,
            ...[action.title, ...(action.lines ?? []), action.document?.name ?? ''].map((line) => `  ${line}`),
          ];
          for (const line of lines) deps.print(toPrintable(line));
        } catch (error) {
          if (!(error instanceof SignatureError || error instanceof ReceiptError)) throw error;
          deps.tell(`The signature does not hold. ${error.message}`);
          deps.endWith(1);
        }
      }),
    );
}
