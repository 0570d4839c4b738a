import { renderApi } from './api.js';
import { renderCommands } from './commands.js';
import { renderConfiguration } from './configuration.js';
import { renderErrors } from './errors.js';

/** Renders every generated page, by its name in `docs/reference`. */
export const renderPages = async (): Promise<Readonly<Record<string, string>>> => ({
  'api.md': renderApi(),
  'commands.md': await renderCommands(),
  'configuration.md': renderConfiguration(),
  'errors.md': renderErrors(),
});
