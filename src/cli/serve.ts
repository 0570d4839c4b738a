import { Command } from 'commander';
import type { CliDeps } from './deps.js';

/** Creates `facestep serve`. */
export const createServeCommand = (deps: CliDeps): Command =>
  new Command('serve').summary('run the server (the default)').action(() => deps.serve());
