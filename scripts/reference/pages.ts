import { renderApi } from './api.js';
import { renderAuditEvents } from './audit-events.js';
import { renderCommands } from './commands.js';
import { renderConfiguration } from './configuration.js';
import { renderErrors } from './errors.js';
import { renderMetrics } from './metrics.js';
import { renderOktaWorkflows } from './okta-workflows.js';

/** Renders every generated page, by its name in `docs/reference`. */
export const renderPages = async (): Promise<Readonly<Record<string, string>>> => ({
  'api.md': await renderApi(),
  'audit-events.md': renderAuditEvents(),
  'commands.md': await renderCommands(),
  'configuration.md': renderConfiguration(),
  'errors.md': renderErrors(),
  'metrics.md': await renderMetrics(),
  'okta-workflows.json': await renderOktaWorkflows(),
});
