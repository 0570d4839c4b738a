import { Command } from 'commander';
import { filesOf } from '../config/data-files.js';
import { restoreBackup } from './backup/restore.js';
import type { CliDeps } from './deps.js';

/** Creates `facestep restore`. */
export function createRestoreCommand(deps: CliDeps): Command {
  return new Command('restore')
    .summary('restore a backup while the server is stopped')
    .description(
      'Holds every file of a backup against its SHA-256 and puts them into the data folder of the configuration. Nothing ' +
        'is deleted; key files that are there stay as they are.',
    )
    .argument('<folder>', 'folder that `facestep backup` wrote')
    .option('--replace', 'move the present content of the data folder aside')
    .action(async (from: string, { replace = false }: { replace?: boolean }) => {
      const config = await deps.loadKept();
      const { dataFolder } = config;
      const { manifest, putAside, keptKeys } = await restoreBackup(
        { from, dataFolder, files: filesOf(config), replace },
        deps,
      );
      deps.print(`Restored: ${manifest.files.length - keptKeys.length} files of ${manifest.madeAt}, to ${dataFolder}`);
      if (putAside !== null) deps.print(`Put aside: what was there; its names end in ${putAside}`);
      for (const file of keptKeys) deps.print(`Left as it is: ${file}`);
      for (const line of lost(manifest.madeAt)) deps.print(line);
    });
}

const lost = (madeAt: string): readonly string[] => [
  `Lost: what happened after ${madeAt}.`,
  '- Who was revoked since: revoke them again. Their attribute at the provider is cleared already; a copy of the token that',
  '  somebody kept would be taken.',
  '- Who was erased since: erase them again. What was held of them is held again.',
  '- Who enrolled since is still enrolled at the provider; the record of their consent and their passkey are gone.',
  '- Client tokens, applications and administrators of since then: issue them anew; those revoked since: revoke them again.',
  '- What was sealed under keys made since can be opened only where those key files are still there.',
  'Receipts of before the next start are refused, and for up to 31 seconds after it where servers share the store.',
  'Where servers share the store, it knows of records after these: audit verify says truncated from now on (docs/audit.md).',
  'The log of decisions and the list of people are in no backup: make them again with facestep ledger rebuild.',
];
