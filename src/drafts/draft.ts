import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { jsonGuard, sectionNames } from './sections.js';

/*
 * Changes of the configuration file that administrators prepare together. They are in the state store, so that every
 * replica shows them. Secrets are not in them: masks stand for those of the file.
 */

const draftGuard = z.object({
  /** Counts the changes, so that no administrator overwrites what another wrote meanwhile. */
  revision: z.int(),
  /** Digest of the file that the draft changes. */
  base: z.string(),
  by: z.string(),
  at: epochMsGuard,
  sections: z.array(z.object({ connection: z.string(), section: z.enum(sectionNames), value: jsonGuard })),
});

export type Draft = z.output<typeof draftGuard>;

const stored = { key: 'configuration-draft', guard: draftGuard, expiresAt: () => null };

export async function readDraft({ state }: Ports<'state'>): Promise<Draft | null> {
  return (await readStored(stored, { state }))?.record ?? null;
}

/**
 * Writes one section of the draft, or creates the draft.
 * @param revision - of the draft that the administrator saw; `null`: there was none
 * @throws `draft_changed`
 */
export async function saveSection(
  {
    section,
    base,
    revision,
  }: { readonly section: Draft['sections'][number]; readonly base: string; readonly revision: number | null },
  by: string,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  await changeStored(
    stored,
    (former) => {
      if ((former?.revision ?? null) !== revision) throw new FaceError('draft_changed');
      const others = (former?.sections ?? []).filter(
        (each) => each.connection !== section.connection || each.section !== section.section,
      );
      return { revision: (revision ?? 0) + 1, base, by, at: clock.now(), sections: [...others, section] };
    },
    { state },
  );
}

/** Deletes the draft. @throws `draft_changed` if another administrator changed it meanwhile */
export async function discardDraft(revision: number, { state }: Ports<'state'>): Promise<void> {
  const found = await state.read(stored.key);
  const draft = found === null ? null : draftGuard.parse(found.value);
  if (found === null || draft?.revision !== revision) throw new FaceError('draft_changed');
  await state.delete(stored.key);
}
