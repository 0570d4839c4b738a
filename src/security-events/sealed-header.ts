import type { Credential } from '../core/concealed.js';
import type { Keys, Random } from '../core/ports.js';
import { openText, type SealedText, sealText } from '../core/sealed-text.js';

const label = 'facestep/security-events/the key that seals what pushes carry';

/** Encrypts the `Authorization` header of pushes. */
export const sealHeader = (
  header: Credential,
  deps: { readonly keys: Keys; readonly random: Random },
): Promise<SealedText> => sealText(header, label, deps);

/** @throws as `openText` */
export const openHeader = (sealed: SealedText, deps: { readonly keys: Keys }): Promise<Credential> =>
  openText(sealed, label, deps);
