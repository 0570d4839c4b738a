import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { writeLastBackup } from '../admin/operations/last-backup.js';
import { filesOf } from '../config/data-files.js';
import { toIso } from '../core/units.js';
import { readManifest } from './backup/manifest.js';
import { restoreBackup } from './backup/restore.js';
import { writeBackup } from './backup/write.js';
import type { CliDeps } from './deps.js';

export function createBackupCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('backup')
    .summary('back up the data folder while the server runs')
    .description(
      'Copies the embedded store as it is at one moment, the audit trail with its signed heads, and the keys, into a folder ' +
        'that only you can read, with the SHA-256 of each file. A store that servers share is backed up by its own means.',
    )
    .argument('<folder>', 'empty or new folder')
    .option('--without-keys', 'leave out the key files, so that the backup alone cannot open sealed data')
    .action(async (to, { withoutKeys = false }) => {
      const config = await deps.loadStored();
      const files = filesOf(config);
      const { dataFolder } = config;
      const { files: copied } = await writeBackup({ dataFolder, files, to, withKeys: !withoutKeys }, deps);
      const { madeAt } = await readManifest(to);
      const bytes = copied.reduce((sum, each) => sum + each.bytes, 0);
      const hasKeys = copied.some(({ path }) => path.startsWith('keys/'));
      const checkedAt = toIso(deps.clock.now());
      const hasState = config.state.kind === 'sqlite';
      const known = { madeAt, checkedAt, files: copied.length, bytes, hasKeys, hasState };
      await writeLastBackup(files.lastBackup, known, deps.random);
      if (deps.printJson({ folder: to, ...known })) return;
      deps.print(`Copied: ${copied.length} files, ${bytes} bytes, to ${to}`);
      if (config.state.kind !== 'sqlite')
        deps.print(`Not copied: the state, which is in ${config.state.kind}. Back that up there.`);
      if (hasKeys) deps.print('The backup contains keys that can open every token. Protect it like the keys.');
      else
        deps.print('It holds no keys: keep those elsewhere, as nothing that they sealed can be opened without them.');
    });
}

export function createRestoreCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('restore')
    .summary('restore a backup while the server is stopped')
    .description(
      'Verifies every file of a backup by its SHA-256 and copies it to the data folder of the configuration. Nothing is ' +
        'deleted; existing key files are kept.',
    )
    .argument('<folder>', 'folder that `facestep backup` wrote')
    .option('--replace', 'move the present content of the data folder aside')
    .action(async (from, { replace = false }) => {
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
