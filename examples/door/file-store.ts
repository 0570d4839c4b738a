import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type RosterStore, rosterGuard } from './roster.js';

export const createFileStore = (file: string): RosterStore => ({
  read: () => (existsSync(file) ? rosterGuard.parse(JSON.parse(readFileSync(file, 'utf8'))) : []),
  write: (entries) => writeFileSync(file, JSON.stringify(entries, null, 2), { mode: 0o600 }),
});
