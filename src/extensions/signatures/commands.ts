import { stat, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import {
  type Action,
  createFacestepClient,
  createSignatureVerifier,
  type FacestepClient,
  FacestepError,
  ReceiptError,
  SignatureError,
  signatureAudience,
} from '../../../client/index.js';
import { readGivenKeySet } from '../../admin/operations/key-set.js';
import { CommandError, UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findAddress } from '../../cli/find-server.js';
import { checkNameFree, readGivenFile, toUnread } from '../../cli/named-file.js';
import { parseUrl } from '../../cli/parse-option.js';
import { toPrintable } from '../../cli/table.js';
import { hexDigestOf, maxPhotoBytes } from '../../core/secrets.js';
import { epochSec, toEpochMs, toIso } from '../../core/units.js';
import { FaceError, faceErrorCodes } from '../../errors.js';

/** Returns a file's size, so that large files are refused without reading them. @throws UsageError */
async function sizeOfGiven(file: string): Promise<number> {
  const found = await stat(file).catch(() => {
    throw toUnread(file);
  });
  return found.size;
}

const maxTextFileBytes = 64 * 1024;

/** Reads a small text file, without its last line break. @throws UsageError */
async function readText(file: string): Promise<string> {
  if ((await sizeOfGiven(file)) > maxTextFileBytes)
    throw new UsageError(`${file} is too large for what it should hold`);
  return (await readGivenFile(file)).toString('utf8').replace(/\r?\n$/, '');
}

/** Returns a refusal of the client library as an error of the command line. */
function toRefusal(error: unknown, url: string): unknown {
  if (!(error instanceof FacestepError)) return error;
  const code = faceErrorCodes.find((known) => known === error.code);
  if (code === 'connection_unknown') return new UsageError('the server has no such connection');
  return code === undefined ? new CommandError('server_unreachable', { url }) : new FaceError(code);
}

const signatureSuffix = '.jws';

export function createSignCommand(deps: CliDeps): CommandUnknownOpts {
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
    .option('--url <url>', 'address of the server (default: that of other commands)', parseUrl)
    .option('--out <file>', 'name of the signature file')
    .action(async (path, { connection, subject, title, clientTokenFile, url: asked, out }) => {
      const stop = new AbortController();
      void deps.untilStopped().then(() => stop.abort());
      try {
        const url = asked ?? (await findAddress(deps));
        const to = out ?? `${path}${signatureSuffix}`;
        await checkNameFree(to);
        if ((await sizeOfGiven(path)) > maxPhotoBytes) throw new UsageError(`${path} is over 10 MB`);
        const bytes = await readGivenFile(path);
        const client = createFacestepClient({ url, clientToken: await readText(clientTokenFile), fetch: deps.fetch });
        const document = { name: basename(path).normalize('NFC'), digest: hexDigestOf(bytes) };
        const action: Action = { type: 'facestep_action', title, document };
        try {
          const started = await client.startStepUp({ connection, subject, audience: signatureAudience, action });
          deps.printError(`For the person who approves it: ${started.url}`);
          const receipt = await waitForReceipt(started.id, client, stop.signal);
          const { signature } = await client.signDocument({ connection, subject, receipt }, bytes);
          await writeFile(to, `${signature}\n`, { flag: 'wx' });
        } catch (error) {
          throw toRefusal(error, url);
        }
        deps.print(`Signed: ${to}`);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        deps.printError('Stopped. Nothing was changed.');
        deps.endWith(1);
      }
    });
}

const askAgainMs = 1000;

/** @throws `face_not_verified` without an approval; FacestepError */
async function waitForReceipt(id: string, client: FacestepClient, signal: AbortSignal): Promise<string> {
  for (;;) {
    signal.throwIfAborted();
    const { state, receipt } = await client.readStepUp(id);
    if (receipt !== null) return receipt;
    if (state !== 'started' && state !== 'captured') throw new FaceError('face_not_verified', { state });
    await delay(askAgainMs, undefined, { signal });
  }
}

export function createVerifySignatureCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('verify-signature')
    .summary('check the signature of a file')
    .description(
      'Prints who approved the file by a face check, when, and the text they saw, or why the signature is invalid. It calls no ' +
        'server: store /.well-known/jwks.json in a file as the keys.',
    )
    .argument('<file>', 'the file that was signed')
    .argument('[signature]', `its signature; <file>${signatureSuffix} by default`)
    .requiredOption('--jwks <source>', 'file or address of the server’s public keys')
    .requiredOption('--issuer <url>', 'the server’s public URL')
    .option('--connection <id>', 'required connection of the person')
    .option('--subject <id>', 'required id of the person')
    .action(async (path, given, { jwks, issuer, ...expected }) => {
      const keys = await readGivenKeySet(jwks, deps);
      const document = await readGivenFile(path);
      const text = (await readGivenFile(given ?? `${path}${signatureSuffix}`)).toString('utf8').trim();
      try {
        const { signedAt, approval } = await createSignatureVerifier({ issuer, keys }).verify(document, text, expected);
        const { sub, connection, action, auth_time: approvedAt } = approval;
        const at = (seconds: number): string => toIso(toEpochMs(epochSec(seconds)));
        const lines = [
          `The signature is valid. ${issuer} created it on ${at(signedAt)}.`,
          `Approved by a face check of ${sub} (${connection}) on ${at(approvedAt)}, who was shown:`,
          ...[action.title, ...(action.lines ?? []), action.document?.name ?? ''].map((line) => `  ${line}`),
        ];
        for (const line of lines) deps.print(toPrintable(line));
      } catch (error) {
        if (!(error instanceof SignatureError || error instanceof ReceiptError)) throw error;
        deps.printError(`The signature is invalid. ${error.message}`);
        deps.endWith(1);
      }
    });
}
