import { z } from 'zod';
import type { Administrator } from '../../access/rights.js';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { Ports } from '../../core/deps.js';
import { hexDigestOf } from '../../core/secrets.js';
import { epochMsGuard } from '../../core/units.js';

/** Maximum length of the terms in characters. The text can link to longer terms. */
export const longestTerms = 8000;

const termsGuard = z.object({ version: z.number(), text: z.string(), at: epochMsGuard.nullable(), by: z.string() });

export type Terms = Readonly<z.infer<typeof termsGuard>>;

const stored = { key: 'application-terms', guard: termsGuard, expiresAt: () => null };

const none: Terms = { version: 0, text: '', at: null, by: '' };

export async function readTerms({ state }: Ports<'state'>): Promise<Terms> {
  return (await readStored(stored, { state }))?.record ?? none;
}

/** Activates new terms. The audit log records their digest. */
export async function changeTerms(
  text: string,
  by: Pick<Administrator, 'name'>,
  { clock, state, audit }: Ports<'state' | 'clock' | 'audit'>,
): Promise<Terms> {
  const { changed } = await changeStored(
    stored,
    (former) => ({ version: (former ?? none).version + 1, text, at: clock.now(), by: by.name }),
    { state },
  );
  const detail = { version: changed.version, digest: hexDigestOf(text), by: by.name };
  await audit.append({ action: 'application_terms_changed', connection: '', subject: '', detail });
  return changed;
}
