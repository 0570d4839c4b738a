import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { filesOf } from '../../src/config/data-files.js';
import { type StateConfig, stateGuard } from '../../src/config/state.js';
import type { AuditEvent } from '../../src/core/audit-events.js';
import type { Clock, Log, State } from '../../src/core/ports.js';
import { replayDenials } from '../../src/enrolment/trail/recover-denials.js';
import { openState } from '../../src/storage/state/open.js';

/** Longer than a busy machine needs. */
export const patientMs = 60_000;

export type StateFolder = ReturnType<typeof createStateFolder>;

export function createStateFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'facestep-state-'));
  const files = filesOf({ dataFolder: folder, keys: { kind: 'local', folder: null } });
  const audited: AuditEvent[] = [];
  const logged: string[] = [];
  const note = (message: string): void => void logged.push(message);
  const log: Log = { info: note, warn: note, error: note };
  const audit = { append: async (event: AuditEvent): Promise<void> => void audited.push(event) };
  return {
    files,
    audited,
    logged,
    open(config: StateConfig, clock: Clock, answerWithinMs?: number): Promise<State> {
      const deps = {
        files,
        audit,
        clock,
        log,
        random: (bytes: number) => randomBytes(bytes),
        restoreDenials: (state: Pick<State, 'write'>) => replayDenials(files, { state, clock }),
      };
      return openState(config, answerWithinMs === undefined ? deps : { ...deps, answerWithinMs });
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Opens states with these settings, each in a data folder of its own, and removes all of them after the tests. */
export function useStateFolders(settings: () => object) {
  const folders: StateFolder[] = [];
  const opened: State[] = [];
  const closeAll = async (): Promise<void> => {
    for (const state of opened.splice(0)) await state.close();
  };
  afterAll(async () => {
    await closeAll();
    for (const folder of folders) folder.remove();
  });
  const newFolder = (): StateFolder => {
    folders.push(createStateFolder());
    return folders.at(-1)!;
  };
  const openIn = async (
    folder: StateFolder,
    clock: Clock,
    more: object = {},
    answerWithinMs?: number,
  ): Promise<State> => {
    const state = await folder.open(stateGuard.parse({ ...settings(), ...more }), clock, answerWithinMs);
    opened.push(state);
    return state;
  };
  return {
    newFolder,
    openIn,
    closeAll,
    /** Opens what a contract test takes. */
    async openFor(clock: Clock, lose: (folder: StateFolder) => Promise<void>, more: object = {}) {
      const folder = newFolder();
      const open = () => openIn(folder, clock, more, patientMs);
      return { state: await open(), reopen: open, lose: () => lose(folder) };
    },
  };
}
