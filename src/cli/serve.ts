import { Command } from 'commander';
import type { CliDeps } from './deps.js';

/** `facestep serve`: the server, as without a command. */
export const createServeCommand = (deps: CliDeps): Command =>
  new Command('serve').summary('run the server (the default)').action(() => deps.serve());
