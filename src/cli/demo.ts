import { Command } from 'commander';
import type { CliDeps } from './deps.js';

interface Options {
  readonly serve?: boolean;
  readonly photos?: string;
}

/** `facestep demo`: the main job on real photos, against simulated providers. */
export const createDemoCommand = (deps: CliDeps): Command =>
  new Command('demo')
    .summary('show the main job on real photos, against simulated providers')
    .description('Needs no configuration. Fetches the models and six photos where they are not there yet.')
    .option('--serve', 'keep the servers up, with a sign-in for your own camera and a console, until Ctrl+C')
    .option('--photos <folder>', 'write photos for the examples of the API there, and show nothing')
    .action(async ({ serve = false, photos }: Options) => {
      if (photos !== undefined) {
        for (const file of await deps.writeDemoPhotos(photos)) deps.print(file);
        return;
      }
      const { config } = await deps.loadSetup();
      if (!(await deps.showDemo({ modelsFolder: config.modelsFolder, isToStay: serve }))) deps.endWith(1);
    });
