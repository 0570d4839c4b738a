import { dirname } from 'node:path';
import { fileExists, filesOf } from '../../../config/data-files.js';
import { type Check, type Finding, fail, pass } from '../../../connections/provisioning.js';
import type { Setup } from '../../../connections/setup.js';
import { isForbidden } from '../../../files/durable-file.js';

export const dataFolder = 'Data folder';

/** Creates the check that a server has run in this folder. */
export function createDataFolderCheck(config: Setup['config']): readonly Check[] {
  const files = filesOf(config);
  const expected = [
    ...(config.keys.kind === 'local' ? [files.keys, files.signingKeys] : []),
    ...(config.state.kind === 'sqlite' ? [files.state] : []),
  ];
  if (expected.length === 0) return [];
  const folders = [...new Set(expected.map((file) => dirname(file)))].join(', ');
  return [
    {
      title: dataFolder,
      async run() {
        try {
          for (const file of expected) if (await fileExists(file)) return pass(folders);
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

export const absent = (file: string): Finding =>
  fail(
    `${file} is missing`,
    'Start the server once: it creates the missing files. If it runs, give its FACESTEP_DATA here too.',
  );
