import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** A new folder, there for as long as the running file of tests. @param subject - what the tests are about */
export function createFolder(subject: string): string {
  const folder = mkdtempSync(join(tmpdir(), `facestep-${subject}-`));
  folders.push(folder);
  return folder;
}

/** What runs the files of tests calls this after each. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
