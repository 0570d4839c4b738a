import { readEvents } from '../../audit/events.js';
import type { AuditDetail } from '../../core/audit-events.js';
import type { Audit, KeyVersion, Log } from '../../core/ports.js';
import { toCode } from '../../errors.js';
import { keyEvents } from './events.js';

export type KeyUse = 'sealing' | 'signing' | 'oidc';

/** Called at start and after changes. It does not throw. */
export type OnKeysLoaded = (use: KeyUse, names: readonly (KeyVersion | string)[]) => void;

type Note = AuditDetail<'key_made'>;

const toNote = (use: KeyUse, name: KeyVersion | string): Note =>
  use === 'sealing' ? { use, version: Number(name) } : { use, kid: String(name) };

const toName = (note: Note): string => `${note.use} ${note.use === 'sealing' ? note.version : note.kid}`;

/**
 * Records added and removed keys in the audit log, including changes made while this replica was off. If writing a
 * record fails, it is written later.
 */
export function createKeyNotes(deps: {
  readonly audit: Pick<Audit, 'append'>;
  readonly trail: string;
  readonly log: Log;
}): OnKeysLoaded {
  const { audit, trail, log } = deps;
  let noted: Map<string, Note> | null = null;
  let queue: Promise<void> = Promise.resolve();

  const note = async (use: KeyUse, names: readonly (KeyVersion | string)[]): Promise<void> => {
    const known = noted ?? (await readNotes(trail));
    noted = known;
    const held = new Map(names.map((name) => toNote(use, name)).map((each) => [toName(each), each]));
    const append = (action: 'key_made' | 'key_retired', detail: Note): Promise<void> =>
      audit.append({ action, connection: '', subject: '', detail });
    for (const [name, each] of held) {
      if (known.has(name)) continue;
      await append('key_made', each);
      known.set(name, each);
    }
    for (const [name, each] of known) {
      if (each.use !== use || held.has(name)) continue;
      await append('key_retired', each);
      known.delete(name);
    }
  };

  return (use, names) => {
    queue = queue
      .then(() => note(use, names))
      .catch((error: unknown) => log.error('key change missing from the audit trail', { code: toCode(error) }));
  };
}

export async function isNoted(use: KeyUse, trail: string): Promise<boolean> {
  return [...(await readNotes(trail)).values()].some((note) => note.use === use);
}

async function readNotes(trail: string): Promise<Map<string, Note>> {
  const notes = new Map<string, Note>();
  for await (const { action, detail } of readEvents(trail, ['key_made', 'key_retired'], keyEvents)) {
    if (action === 'key_made') notes.set(toName(detail), detail);
    else notes.delete(toName(detail));
  }
  return notes;
}
