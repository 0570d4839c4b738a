import { Command } from 'commander';
import { createAuditExportCommand } from './audit-export.js';
import { createAuditVerifyCommand } from './audit-verify.js';
import type { CliDeps } from './deps.js';

export function createAuditCommand(deps: CliDeps): Command {
  const command = new Command('audit').summary('verify or export the audit trail');
  for (const part of [createAuditVerifyCommand(deps), createAuditExportCommand(deps)]) {
    command.addCommand(part);
  }
  return command;
}
