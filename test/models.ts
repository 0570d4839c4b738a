import { cpSync, realpathSync } from 'node:fs';
import { modelsFolder } from './paths.js';

/**
 * Copies the models into a test folder, where they may be damaged. It resolves links, so that the originals stay
 * intact.
 */
export function copyModels(to: string): void {
  cpSync(realpathSync(modelsFolder), to, { recursive: true, dereference: true });
}
