import { Command } from 'commander';
import type { CliDeps } from './deps.js';

/** `facestep demo`: the main job on real photos, against simulated providers. */
export const createDemoCommand = (deps: CliDeps): Command =>
  new Command('demo')
    .summary('show the main job on real photos, against simulated providers')
    .description('Needs no configuration. Fetches the models and six photos where they are not there yet.')
    .option('--serve', 'keep the servers up, with a sign-in for your own camera and a console, until Ctrl+C')
    .action(async ({ serve = false }: { serve?: boolean }) => {
      const { config } = await deps.loadSetup();
      if (!(await deps.showDemo({ modelsFolder: config.modelsFolder, isToStay: serve }))) deps.endWith(1);
    });
