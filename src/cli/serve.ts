import { Command } from 'commander';
import type { CliDeps } from './deps.js';

export const createServeCommand = (deps: CliDeps): Command =>
  new Command('serve').summary('run the server (the default)').action(() => deps.serve());
