import { Command } from 'commander';
import { filesOf } from '../config/data-files.js';
import { restoreBackup } from './backup/restore.js';
import type { CliDeps } from './deps.js';

export function createRestoreCommand(deps: CliDeps): Command {
  return new Command('restore')
    .summary('restore a backup while the server is stopped')
    .description(
      'Verifies every file of a backup by its SHA-256 and copies it to the data folder of the configuration. Nothing is ' +
        'deleted; existing key files are kept.',
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
      if (putAside !== null) deps.print(`Moved aside: the previous files, with names ending in ${putAside}`);
      for (const file of keptKeys) deps.print(`Kept: ${file}`);
      for (const line of lost(manifest.madeAt)) deps.print(line);
    });
}

const lost = (madeAt: string): readonly string[] => [
  `Lost: everything after ${madeAt}.`,
  '- Revocations since then: revoke these users again. Their profile attribute is already empty, but a copied token would',
  '  be accepted.',
  '- Erasures since then: erase these users again. Their data is stored again.',
  '- Enrolments since then: the users are still enrolled at the provider; their consent record and passkey are lost.',
  '- Client tokens, applications and administrators created since then: create them again. Revoke again what was revoked.',
  '- Data sealed under keys created since then: it opens only if those key files still exist.',
  'Receipts issued before the next start are refused; with a shared store, also for up to 31 seconds after it.',
  'A shared store knows later records: audit verify reports truncated from now on (docs/audit.md).',
  'The decision log and the list of people are not in a backup. Create them again with facestep ledger rebuild.',
];
