import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** Creates a folder for the running test file. */
export function createFolder(subject: string): string {
  const folder = mkdtempSync(join(tmpdir(), `facestep-${subject}-`));
  folders.push(folder);
  return folder;
}

/** Removes the folders. The test runner calls it after each file. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
