import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileExists, filesOf } from '../../../config/data-files.js';
import { type Check, type Finding, fail, pass, warn } from '../../../connections/provisioning.js';
import type { Setup } from '../../../connections/setup.js';
import { ifExists, isForbidden } from '../../../files/durable-file.js';
import { checkFolderFormat } from '../../../storage/state/format.js';

export const dataFolder = 'Data folder';

/** Creates the check that a server has run in this folder. */
export function createDataFolderCheck(config: Setup['config']): readonly Check[] {
  const files = filesOf(config);
  const expected = [
    ...(config.keys.kind === 'local' ? [files.keys, files.signingKeys] : []),
    ...(config.state.kind === 'sqlite' ? [files.state] : []),
  ];
  if (expected.length === 0) return [];
  const all = [...new Set(expected.map((file) => dirname(file)))];
  const folders = all.join(', ');
  return [
    {
      title: dataFolder,
      async run() {
        try {
          await checkFolderFormat(files);
          for (const file of expected)
            if (await fileExists(file)) return judgeRights((await Promise.all(all.map(findOpenPaths))).flat(), folders);
        } catch (error) {
          if (!isForbidden(error)) throw error;
          return fail(`this account may not read ${folders}`, 'Run this as the account of the service, or as root.');
        }
        return fail(
          `${folders} contains no data of a server`,
          'Run this where the server runs, with its FACESTEP_DATA. If it never ran, start it: it creates the missing files.',
        );
      },
    },
  ];
}

const judgeRights = (open: readonly string[], folders: string): Finding =>
  open.length === 0
    ? pass(folders)
    : warn(`other accounts of this machine can access ${open.join(', ')}`, `Run: chmod o-rwx ${open.join(' ')}`);

/** Finds a folder that others may write, or else the files in it that others may access. */
async function findOpenPaths(folder: string): Promise<string[]> {
  const { mode } = await stat(folder);
  if (process.platform === 'win32' || (mode & 0o003) === 0) return [];
  if ((mode & 0o002) !== 0) return [folder];
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), found: await ifExists(stat(join(folder, name))) })),
  );
  return files.filter(({ found }) => found?.isFile() && (found.mode & 0o006) !== 0).map(({ path }) => path);
}

export const absent = (file: string): Finding =>
  fail(
    `${file} is missing`,
    'Start the server once: it creates the missing files. If it runs, give its FACESTEP_DATA here too.',
  );
