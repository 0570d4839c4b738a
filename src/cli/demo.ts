import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CliDeps } from './deps.js';

export const createDemoCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('demo')
    .summary('run a demonstration with simulated providers')
    .description('Needs no configuration. Downloads the models and six photos if they are missing.')
    .option('--serve', 'keep the servers running until Ctrl+C, with a console and a sign-in for your own camera')
    .option('--photos <folder>', 'only write the photos for the API examples into this folder')
    .action(async ({ serve = false, photos }) => {
      if (photos !== undefined) {
        for (const file of await deps.writeDemoPhotos(photos)) deps.print(file);
        return;
      }
      const { config } = await deps.loadSetup();
      if (!(await deps.showDemo({ modelsFolder: config.modelsFolder, isToStay: serve }))) deps.endWith(1);
    });
