import { Command } from 'commander';
import { createStretch, publishedCost } from '../token/stretch.js';
import { readToken, releaseKey } from './sealed-file/content-key.js';
import { checkNameFree } from './sealed-file/new-file.js';
import { addOptions, parseOptions } from './sealed-file/options.js';
import { runOnFiles, type SealedFileDeps } from './sealed-file/run.js';
import { checkSealable, sealFile } from './sealed-file/sealed-file.js';

export const sealedSuffix = '.sealed';

export function createSealCommand(deps: SealedFileDeps): Command {
  const command = new Command('seal')
    .summary('encrypt a file that only one face opens')
    .description(
      'Encrypts a file on this machine under the content key of an enrolment, which the server releases to the right ' +
        'face alone. The server never sees the file. The original stays: delete it yourself.',
    )
    .argument('<file>', `the file to seal; the new one is named <file>${sealedSuffix} unless --out says another name`);
  return addOptions(command).action((from: string, given: unknown) =>
    runOnFiles(deps, async (signal) => {
      const options = await parseOptions(given, deps);
      const to = options.out ?? `${from}${sealedSuffix}`;
      await checkSealable(from);
      await checkNameFree(to);
      const token = await readToken(options);
      const key = await releaseKey(token, options, { ...deps, signal });
      const stretch = createStretch(publishedCost);
      await sealFile({ from, to, tokenId: token.tokenId, key, signal }, { ...deps, stretch }).finally(() =>
        key.contentKey.wipe(),
      );
      deps.print(`Sealed: ${to}`);
    }),
  );
}
