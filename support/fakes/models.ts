import { cpSync, realpathSync } from 'node:fs';
import { modelsFolder } from '../run/paths.js';

/**
 * Copies the models into a test folder, where tests may damage them. Links are resolved, so that the originals stay
 * intact.
 */
export function copyModels(to: string): void {
  cpSync(realpathSync(modelsFolder), to, { recursive: true, dereference: true });
}
