import { readFileSync } from 'node:fs';
import { asUsedToMarkdown, groupsToMarkdown } from '../../evidence/measure/accuracy/report.js';
import { renderApi } from './api.js';
import { renderAuditEvents } from './audit-events.js';
import { renderCommands } from './commands.js';
import { renderConfiguration } from './configuration.js';
import { renderErrors } from './errors.js';
import { renderMetrics } from './metrics.js';
import { renderOktaWorkflows } from './okta-workflows.js';

/** Renders every generated page in git, by its name in `docs/reference`. */
export const renderPages = async (): Promise<Readonly<Record<string, string>>> => ({
  'audit-events.md': renderAuditEvents(),
  'commands.md': await renderCommands(),
  'configuration.md': renderConfiguration(),
  'errors.md': renderErrors(),
  'metrics.md': await renderMetrics(),
  'okta-workflows.json': await renderOktaWorkflows(),
});

const readFigures = (source: string) =>
  JSON.parse(readFileSync(new URL(`../../../${source}`, import.meta.url), 'utf8'));

/** Renders the pages that only the built documentation has, by the file to which links lead in the repository. */
export const renderBuiltPages = async (): Promise<Readonly<Record<string, string>>> => {
  const asUsed = 'docs/accuracy/as-used.json';
  const groups = 'docs/accuracy/groups.json';
  return {
    'docs/reference/api.md': await renderApi(),
    [asUsed]: `# Accuracy of each data set\n\n${asUsedToMarkdown(readFigures(asUsed))}`,
    [groups]: `# Strangers of one place\n\n${groupsToMarkdown(readFigures(groups))}`,
  };
};
