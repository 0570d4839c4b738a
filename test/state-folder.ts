import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOf } from '../src/config/data-files.js';
import type { StateConfig } from '../src/config/state.js';
import type { AuditEvent } from '../src/core/audit-events.js';
import type { Clock, Log } from '../src/core/ports.js';
import { openState } from '../src/state/open.js';

export function createStateFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'facestep-state-'));
  const files = filesOf({ dataFolder: folder, keys: { kind: 'local', folder: null } });
  const audited: AuditEvent[] = [];
  const logged: string[] = [];
  const note = (message: string): void => void logged.push(message);
  const log: Log = { info: note, warn: note, error: note };
  const audit = { append: async (event: AuditEvent): Promise<void> => void audited.push(event) };
  return {
    ...{ files, audited, logged },
    open: (config: StateConfig, clock: Clock) =>
      openState(config, { files, audit, clock, log, random: (bytes) => randomBytes(bytes) }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export type StateFolder = ReturnType<typeof createStateFolder>;
