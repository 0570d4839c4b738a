import { readVolumeSpace } from '../../../audit/volume.js';
import type { DataFiles } from '../../../config/data-files.js';
import { type Check, pass, warn } from '../../../connections/provisioning.js';
import type { Ports } from '../../../core/deps.js';
import { backupDays } from '../../../core/to-do.js';
import { addSec, fromIso, secondsPerDay } from '../../../core/units.js';
import { readLastBackup } from '../last-backup.js';

/** Used share of the volume at which the alert `FacestepTrailVolumeFilling` begins too. */
const fullFrom = 0.8;

/** Creates the check that the volume of the audit log is not nearly full. */
export const createDiskCheck = (
  { audit }: Pick<DataFiles, 'audit'>,
  needs: readonly string[],
  readSpace: typeof readVolumeSpace = readVolumeSpace,
): Check => ({
  title: 'Disk',
  needs,
  async run() {
    const space = await readSpace(audit);
    if (space === null) return warn('its space is not known: the volume does not answer', 'Check the volume.');
    const used = 1 - space.free / space.size;
    const found = `${Math.floor(used * 100)} % used, ${(space.free / 1024 ** 3).toFixed(1)} GiB free`;
    if (used < fullFrom) return pass(found);
    return warn(
      `${found}: a server that cannot record decides nothing`,
      'Enlarge the volume of the data folder, or limit the audit log by audit.retentionDays: docs/operations.md.',
    );
  },
});

/** Creates the check that a backup was made in the last days. */
export const createBackupCheck = (
  { lastBackup }: Pick<DataFiles, 'lastBackup'>,
  needs: readonly string[],
  { clock }: Ports<'clock'>,
): Check => ({
  title: 'Backup',
  needs,
  async run() {
    const backup = await readLastBackup(lastBackup);
    const remedy = 'Run facestep backup every day, or back up the volume by other means: docs/state.md.';
    if (backup === null) return warn('no backup is known', remedy);
    return clock.now() > addSec(fromIso(backup.madeAt), backupDays * secondsPerDay)
      ? warn(`the last one is of ${backup.madeAt}, over ${backupDays} days old`, remedy)
      : pass(backup.madeAt);
  },
});
