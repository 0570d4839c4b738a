import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { sectionNames } from './replies.js';
import { jsonGuard } from './sections.js';

/*
 * Changes of the configuration file that administrators prepare together. They are in the state store, so that every
 * replica shows them. Secrets are not in them: masks stand for those of the file.
 */

const draftGuard = z.object({
  /** Counts the changes, so that no administrator overwrites what another wrote meanwhile. */
  revision: z.int(),
  by: z.string(),
  at: epochMsGuard,
  /** Without sections, the draft was discarded. */
  sections: z.array(
    z.object({
      connection: z.string(),
      section: z.enum(sectionNames),
      value: jsonGuard,
      /** Digest of the section in the file, which the change replaces. */
      base: z.string(),
    }),
  ),
});

export type Draft = z.output<typeof draftGuard>;

const stored = { key: 'configuration-draft', guard: draftGuard, expiresAt: () => null };

const ifAny = (draft: Draft | null): Draft | null => (draft === null || draft.sections.length === 0 ? null : draft);

export async function readDraft({ state }: Ports<'state'>): Promise<Draft | null> {
  return ifAny((await readStored(stored, { state }))?.record ?? null);
}

/** @param revision - of the draft that the administrator saw; `null`: there was none */
async function changeDraft(
  revision: number | null,
  change: (sections: Draft['sections']) => Draft['sections'],
  by: string,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  await changeStored(
    stored,
    (former) => {
      if ((ifAny(former)?.revision ?? null) !== revision) throw new FaceError('draft_changed');
      const sections = change(former?.sections ?? []);
      return { revision: (former?.revision ?? 0) + 1, by, at: clock.now(), sections };
    },
    { state },
  );
}

/** Writes one section of the draft, or creates the draft. @throws `draft_changed` */
export const saveSection = (
  { section, revision }: { readonly section: Draft['sections'][number]; readonly revision: number | null },
  by: string,
  deps: Ports<'state' | 'clock'>,
): Promise<void> =>
  changeDraft(
    revision,
    (former) => [
      ...former.filter((each) => each.connection !== section.connection || each.section !== section.section),
      section,
    ],
    by,
    deps,
  );

/** Deletes the draft. @throws `draft_changed` if another administrator changed it meanwhile */
export const discardDraft = (revision: number, by: string, deps: Ports<'state' | 'clock'>): Promise<void> =>
  changeDraft(revision, () => [], by, deps);
