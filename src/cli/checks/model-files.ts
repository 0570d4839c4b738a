import type { Check } from '../../../adapters/provisioning.js';
import { models } from '../../engine/manifest.js';
import { readPublishedFile } from '../../engine/published-file.js';

/** Whether every model file is there, and is the published one. */
export const createModelCheck = (folder: string): Check => ({
  title: 'Models',
  async run() {
    const files = Object.values(models);
    for (const model of files) {
      if ((await readPublishedFile(folder, model)) === null) {
        return { verdict: 'fail', found: `there is no ${model.file} in ${folder}`, remedy: 'Run: npm run setup' };
      }
    }
    return { verdict: 'pass', found: `all ${files.length} in ${folder} are the published ones`, remedy: null };
  },
});
