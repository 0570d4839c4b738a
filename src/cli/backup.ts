import { Command } from 'commander';
import { filesOf } from '../config/data-files.js';
import { toIso } from '../core/units.js';
import { writeLastBackup } from '../operations/last-backup.js';
import { readManifest } from './backup/manifest.js';
import { writeBackup } from './backup/write.js';
import type { CliDeps } from './deps.js';

export function createBackupCommand(deps: CliDeps): Command {
  return new Command('backup')
    .summary('back up the data folder while the server runs')
    .description(
      'Copies the embedded store as it is at one moment, the audit trail with its signed heads, and the keys, into a folder ' +
        'that only you can read, with the SHA-256 of each file. A store that servers share is backed up by its own means.',
    )
    .argument('<folder>', 'empty or new folder')
    .option('--without-keys', 'leave out the key files, so that the backup alone cannot open sealed data')
    .action(async (to: string, { withoutKeys = false }: { withoutKeys?: boolean }) => {
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
