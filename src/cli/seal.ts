import { Command } from 'commander';
import { createStretch, publishedCost } from '../token/stretch.js';
import type { CliDeps } from './deps.js';
import { findAddress } from './find-server.js';
import { runUntilStopped } from './given-file.js';
import { collect, parseUrl, wholeNumber } from './parse-option.js';
import { type KeyRequest, readToken, releaseKey } from './sealed-file/content-key.js';
import { checkNameFree } from './sealed-file/new-file.js';
import { checkSealable, checkSealedUnder, openFile, sealFile } from './sealed-file/sealed-file.js';
import { UsageError } from './usage-error.js';

const sealedSuffix = '.sealed';

type Options = Omit<KeyRequest, 'url'> & { readonly url?: string; readonly tokenFile: string; readonly out?: string };

type Deps = Pick<CliDeps, 'random' | 'fetch' | 'env' | 'loadAddress' | 'print' | 'tell' | 'endWith' | 'untilStopped'>;

export const createSealCommand = (deps: Deps): Command =>
  addOptions(
    new Command('seal')
      .summary('encrypt a file that only one face opens')
      .description(
        'Encrypts a file on this machine under the content key of an enrolment, which the server releases to the right ' +
          'face alone. The server never sees the file. The original stays: delete it yourself.',
      )
      .argument(
        '<file>',
        `the file to seal; the new one is named <file>${sealedSuffix} unless --out says another name`,
      ),
  ).action(async (from: string, options: Options) => {
    await checkSealable(from);
    await convert(from, options.out ?? `${from}${sealedSuffix}`, options, deps, { write: sealFile, done: 'Sealed' });
  });

export const createOpenCommand = (deps: Deps): Command =>
  addOptions(
    new Command('open')
      .summary('decrypt a sealed file')
      .description(
        'Decrypts a file that `facestep seal` made, once the server has released the content key to the right face. The ' +
          'new file gets its name only when every byte has been proven unaltered. The sealed file stays.',
      )
      .argument(
        '<file>',
        `the sealed file; the new one has its name without ${sealedSuffix}, unless --out says another`,
      ),
  ).action((from: string, options: Options) =>
    convert(from, options.out ?? withoutSuffix(from), options, deps, {
      check: checkSealedUnder,
      ...{ write: openFile, done: 'Opened' },
    }),
  );

const addOptions = (command: Command): Command =>
  command
    .requiredOption('--client-token-file <file>', 'file with a client token that has the scope content-key')
    .requiredOption('--token-file <file>', 'file with the enrolment token that /generate returned')
    .requiredOption('--photo <file>', 'new photo of the person; can be repeated up to five times', collect)
    .option('--password-file <file>', 'file with the secret of the token')
    .option('--scope <text>', 'scope of the token')
    .option('--accuracy <level>', 'accuracy level of the token, 1 to 8', wholeNumber(1, 8))
    .option('--url <url>', 'address of the server (default: that of other commands)', parseUrl)
    .option('--out <file>', 'name of the new file');

interface Conversion {
  /** Checks the file before the camera's photos are used. */
  readonly check?: (from: string, tokenId: string) => Promise<void>;
  readonly write: typeof sealFile;
  readonly done: string;
}

const convert = (from: string, to: string, options: Options, deps: Deps, { check, write, done }: Conversion) =>
  runUntilStopped(deps, async (signal) => {
    const url = options.url ?? (await findAddress(deps));
    await checkNameFree(to);
    const { token, tokenId } = await readToken(options.tokenFile);
    await check?.(from, tokenId);
    const key = await releaseKey(token, { ...options, url }, { ...deps, signal });
    const stretch = createStretch(publishedCost);
    await write({ from, to, tokenId, key, signal }, { ...deps, stretch }).finally(() => key.contentKey.wipe());
    deps.print(`${done}: ${to}`);
  });

function withoutSuffix(from: string): string {
  if (from.endsWith(sealedSuffix) && from.length > sealedSuffix.length) return from.slice(0, -sealedSuffix.length);
  throw new UsageError(`${from} does not end in ${sealedSuffix}. --out names the new file`);
}
