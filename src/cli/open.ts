import { Command } from 'commander';
import { createStretch, publishedCost } from '../token/stretch.js';
import { sealedSuffix } from './seal.js';
import { readToken, releaseKey } from './sealed-file/content-key.js';
import { checkNameFree } from './sealed-file/new-file.js';
import { addOptions, parseOptions, type SealedFileOptions } from './sealed-file/options.js';
import { runOnFiles, type SealedFileDeps } from './sealed-file/run.js';
import { checkSealedUnder, openFile } from './sealed-file/sealed-file.js';
import { UsageError } from './usage-error.js';

export function createOpenCommand(deps: SealedFileDeps): Command {
  const command = new Command('open')
    .summary('decrypt a sealed file')
    .description(
      'Decrypts a file that `facestep seal` made, once the server has released the content key to the right face. The ' +
        'new file gets its name only when every byte has been proven unaltered. The sealed file stays.',
    )
    .argument('<file>', `the sealed file; the new one has its name without ${sealedSuffix}, unless --out says another`);
  return addOptions(command).action((from: string, given: unknown) =>
    runOnFiles(deps, async (signal) => {
      const options = await parseOptions(given, deps);
      const to = nameOf(from, options);
      await checkNameFree(to);
      const token = await readToken(options);
      await checkSealedUnder(from, token.tokenId);
      const key = await releaseKey(token, options, { ...deps, signal });
      const stretch = createStretch(publishedCost);
      await openFile({ from, to, tokenId: token.tokenId, key, signal }, { ...deps, stretch }).finally(() =>
        key.contentKey.wipe(),
      );
      deps.print(`Opened: ${to}`);
    }),
  );
}

function nameOf(from: string, { out }: SealedFileOptions): string {
  if (out !== undefined) return out;
  if (from.endsWith(sealedSuffix) && from.length > sealedSuffix.length) return from.slice(0, -sealedSuffix.length);
  throw new UsageError(`${from} does not end in ${sealedSuffix}. --out names the new file`);
}
