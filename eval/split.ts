import { createHash } from 'node:crypto';

/** Whether a person belongs to the half that constants are fitted on; the other half judges them. */
export const isFitPerson = (person: string): boolean => createHash('sha256').update(person).digest()[0] % 2 === 0;
