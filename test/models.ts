import { cpSync, realpathSync } from 'node:fs';
import { modelsFolder } from './paths.js';

/**
 * Copies the models into a folder of the test's own, to be damaged there. The folder they are in may be a link: copied as
 * one, what is done to the copy would be done to the models.
 */
export function copyModels(to: string): void {
  cpSync(realpathSync(modelsFolder), to, { recursive: true, dereference: true });
}
